using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TaskMesh.Core.Recon;
using TaskMesh.ScanHost;
using TaskMesh.Unit.Workers.BareMetal.Scanning.Tls;
using TaskMesh.Workers.BareMetal.Scanning.Dns;
using TaskMesh.Workers.BareMetal.Scanning.Tls;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Fuzzing;

/// <summary>Everything that reads what strangers send.</summary>
internal static class FuzzTargets
{
    private static readonly Tls13Client Client = new();
    private static readonly string[] Labels = ["all", "loop", "longchain", "dangling", "n3", "n14"];

    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("frames", Frames.Corpus, 4500, Frames.Read),
        new("frames beside another parser", Frames.Corpus, 1000, Frames.Compare),
        new("forged answers", Frames.Forged, 1000, Frames.Judge),
        new("names", Messages(), 1800, ReadMessage),
        new("TLS 1.2", [Talk(SslProtocols.Tls12), [.. Talk(SslProtocols.Tls12)[..200], 21, 3, 3, 0, 2, 2, 40]], 1000, input => ReadTls(input, null)),
        new("TLS 1.3", [Talk(SslProtocols.Tls13), Talk(SslProtocols.Tls13, TlsNames.X25519)], 50, input => ReadTls(input, Client)),
        new("certificates", Certificates(), 450, ReadCertificate),
        new("STARTTLS", [.. StartTlsReplies().Select(Encoding.ASCII.GetBytes)], 200, ReadStartTls),
    ];

    private static byte[] Hello(SslProtocols protocol, ushort? group = null)
    {
        var hello = protocol == SslProtocols.Tls13
            ? ClientHello.Tls13([.. Client.PublicKeys.Where(key => group is null || key.Group == group)])
            : ClientHello.UpToTls12();
        var bytes = new byte[hello.LargestLength];
        return bytes[..hello.Write(bytes, "named.example", random: 5)];
    }

    /// <param name="group">The only one that is offered; null for all.</param>
    private static byte[] Talk(SslProtocols protocol, ushort? group = null)
    {
        using var certificate = TlsServer.Certificate("CN=named.example", "named.example", "*.named.example");
        return TlsServer.Answer(Hello(protocol, group), protocol, _ => certificate);
    }

    private static int ReadTls(Memory<byte> input, Tls13Client? client)
    {
        using var reader = new HandshakeReader();
        try
        {
            reader.Begin(0, client, client is null ? null : Hello(SslProtocols.Tls13)[ClientHello.RecordHeaderLength..]);
            // In two pieces, so that records end between them.
            var progress = reader.Read(input.Span[..(input.Length / 3)]);
            if (progress == HandshakeProgress.More)
                progress = reader.Read(input.Span);
            if (progress != HandshakeProgress.Certificate)
                return HashCode.Combine(progress, reader.Alert, reader.Hello?.Extensions.Count);
            var chain = new CertificateChain(input.Span[reader.Certificate].ToArray(), client is not null);
            return HashCode.Combine(reader.Hello!.Ja3S().Length, chain.Facts(CertificateParser.Parse).Count, reader.Hello.Extensions.Count);
        }
        catch (TlsParseException)
        {
            return FuzzTarget.Refused;
        }
    }

    private static List<byte[]> Certificates()
    {
        using var rsa = RSA.Create(2048);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("*.example.com");
        names.AddIpAddress(System.Net.IPAddress.Parse("192.0.2.7"));
        names.AddIpAddress(System.Net.IPAddress.Parse("2001:db8::7"));
        names.AddEmailAddress("owner@example.com");
        names.AddUri(new Uri("https://example.com/policy"));
        names.AddUserPrincipalName("user@example.com");
        var request = new CertificateRequest("CN=WWW.Example.com, O=The Owner", rsa, HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(names.Build(critical: true));
        using var full = TlsServer.Certificate(request);
        using var small = TlsServer.Certificate("CN=named.example, O=Somebody", "named.example", "other.example");
        return [full.RawData, small.RawData];
    }

    private static int ReadCertificate(Memory<byte> input)
    {
        try
        {
            var facts = CertificateParser.Parse(input);
            if (facts.Names.Concat(facts.OtherNames).Append(facts.Subject).Append(facts.Issuer).Any(text => text.Any(char.IsControl)))
                throw new InvalidOperationException("A control character came through.");
            return HashCode.Combine(facts.Names.Count, facts.OtherNames.Count, facts.Key, facts.SignatureAlgorithm);
        }
        catch (TlsParseException)
        {
            return FuzzTarget.Refused;
        }
    }

    private static byte[][] Messages()
    {
        var questions = Enum.GetValues<DnsType>().Select(type => ("all", type)).Concat(Labels.Select(label => (label, DnsType.A)));
        return [.. questions.Select(question => Message($"{question.Item1}.{LabZone.Apex}", question.Item2))];
    }

    private static byte[] Message(string name, DnsType type)
    {
        byte[] query = [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. DnsName.Parse(name), (byte)((int)type >> 8), (byte)type, 0, 1];
        return LabMessage.Answer(query, LabZone.Of(name, type), isTruncated: false);
    }

    /// <summary>Whatever was asked, the first question of the message stands for it.</summary>
    private static int ReadMessage(Memory<byte> input)
    {
        try
        {
            var message = input.Span;
            var (asked, offset) = (new byte[DnsName.Longest], DnsHeader.Length);
            if (!DnsName.TryExpand(message, ref offset, asked, out var length) || message.Length < offset + 2)
                return FuzzTarget.Refused;
            if (DnsHeader.TryRead(message, out var header))
                _ = DnsQuery.Judge(message, header);
            var answer = DnsAnswer.Read(message, asked.AsSpan(0, length), (DnsType)((message[offset] << 8) | message[offset + 1]));
            if (answer.Records.Count > DnsRecords.Most + DnsAnswer.MostAliases
                || answer.Records.Any(record => record.Value.Any(char.IsControl) || record.Owner.Any(char.IsControl)))
                throw new InvalidOperationException("Too many records, or a control character came through.");
            return HashCode.Combine(answer.End, answer.Records.Count, answer.Records.Count > 0 ? answer.Records[^1].Type : 0, header.Code);
        }
        catch (DnsFormatException)
        {
            return FuzzTarget.Refused;
        }
    }

    private static string[] StartTlsReplies() =>
    [
        "0220 mail.example ESMTP\r\n", "1250-mail.example\r\n250-SIZE 1000\r\n250 STARTTLS\r\n", "2220 go ahead\r\n", "0554 no\r\n",
        "3* OK IMAP4\r\n", "4* CAPABILITY IMAP4\r\na OK begin\r\n", "6+OK POP3\r\n", "7+OK begin\r\n", "7-ERR no\r\n",
    ];

    /// <summary>The first digit says which protocol, and how far it has come.</summary>
    private static int ReadStartTls(Memory<byte> input)
    {
        if (input.IsEmpty)
            return FuzzTarget.Refused;
        var kind = (input.Span[0] + 9 - ('0' % 9)) % 9;
        try
        {
            var isWhole = StartTlsDialogue.TryAnswer((StartTls)(1 + (kind / 3)), kind % 3, input.Span[1..], out var read, out var say);
            return HashCode.Combine(kind, isWhole, read > 0, say.Length);
        }
        catch (TlsParseException refusal) when (!refusal.Message.Any(char.IsControl))
        {
            return FuzzTarget.Refused;
        }
    }
}
