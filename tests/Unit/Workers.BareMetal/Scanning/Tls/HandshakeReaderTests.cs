using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using TaskMesh.Workers.BareMetal.Scanning.Tls;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Tls;

public sealed class HandshakeReaderTests : IDisposable
{
    private readonly X509Certificate2 _plain = TlsServer.Certificate("CN=plain.example");
    private readonly X509Certificate2 _named = TlsServer.Certificate("CN=named.example", "named.example", "*.named.example");
    private readonly Tls13Client _client = new();

    public void Dispose()
    {
        _plain.Dispose();
        _named.Dispose();
        _client.Dispose();
    }

    [Theory]
    [InlineData("", SslProtocols.Tls12)]
    [InlineData("named.example", SslProtocols.Tls12)]
    [InlineData("", SslProtocols.Tls13)]
    [InlineData("named.example", SslProtocols.Tls13)]
    public void The_certificate_that_a_server_has_for_a_name_is_read(string name, SslProtocols protocol)
    {
        var (hello, said) = Talk(name, protocol);

        var (progress, reader, stream) = Read(hello, said, protocol, pieces: () => int.MaxValue);

        Assert.Equal(HandshakeProgress.Certificate, progress);
        var chain = new CertificateChain(stream[reader.Certificate], protocol == SslProtocols.Tls13);
        Assert.Equal((name.Length > 0 ? _named : _plain).RawData, chain.Certificates()[0].ToArray());
        Assert.Equal(protocol == SslProtocols.Tls13 ? TlsNames.Tls13 : TlsNames.Tls12, reader.Hello!.Version);
        Assert.StartsWith("TLS_", TlsNames.Cipher(reader.Hello.Cipher), StringComparison.Ordinal);
        Assert.Equal(32, reader.Hello.Ja3S().Length);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public void It_does_not_matter_in_what_pieces_the_bytes_come(SslProtocols protocol)
    {
        var (hello, said) = Talk("named.example", protocol);
        var random = new Random(1);

        foreach (var largest in new[] { 1, 7, 1460 })
        {
            var (progress, reader, stream) = Read(hello, said, protocol, () => random.Next(1, largest + 1));

            Assert.Equal(HandshakeProgress.Certificate, progress);
            var chain = new CertificateChain(stream[reader.Certificate], protocol == SslProtocols.Tls13);
            Assert.Equal(_named.RawData, chain.Certificates()[0].ToArray());
        }
    }

    [Theory]
    [InlineData(TlsNames.Secp256R1)]
    [InlineData(TlsNames.Secp384R1)]
    [InlineData(TlsNames.X25519)]
    public void One_group_that_both_sides_have_is_enough(ushort group)
    {
        var hello = Hello(ClientHello.Tls13([.. _client.PublicKeys.Where(key => key.Group == group)]), "named.example");
        var said = TlsServer.Answer(hello, SslProtocols.Tls13, _ => _named);

        var (progress, reader, stream) = Read(hello, said, SslProtocols.Tls13, () => int.MaxValue);

        Assert.Equal((HandshakeProgress.Certificate, group), (progress, reader.Hello!.Group));
        Assert.Equal(_named.RawData, new CertificateChain(stream[reader.Certificate], isTls13: true).Certificates()[0].ToArray());
    }

    [Fact]
    public void A_key_that_agrees_with_everybodys_is_refused()
    {
        var hello = new ServerHello(TlsNames.Tls12, TlsNames.Tls13, TlsNames.Aes128GcmSha256, [], TlsNames.X25519, new byte[X25519.Length], false);

        Assert.Throws<TlsParseException>(() => _client.Agree(hello, [], []));
    }

    [Fact]
    public void A_server_of_TLS_1_3_only_refuses_the_first_hello_with_an_alert()
    {
        var hello = Hello(ClientHello.UpToTls12(), "named.example");
        var said = TlsServer.Answer(hello, SslProtocols.Tls13, _ => _named);

        var (progress, reader, _) = Read(hello, said, SslProtocols.Tls12, () => int.MaxValue);

        Assert.Equal((HandshakeProgress.Refused, "protocol_version"), (progress, TlsNames.Alert(reader.Alert)));
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n")]
    [InlineData("S")]
    [InlineData("\u0016\u0003\u0003\u0000\u0000")]
    public void What_is_no_TLS_is_known_at_once(string said) =>
        Assert.Throws<TlsParseException>(() => Read([], [.. said.Select(letter => (byte)letter)], SslProtocols.Tls12, () => int.MaxValue));

    private static byte[] Hello(ClientHello hello, string name)
    {
        var bytes = new byte[hello.LargestLength];
        return bytes[..hello.Write(bytes, name, random: 5)];
    }

    private (byte[] Hello, byte[] Said) Talk(string name, SslProtocols protocol)
    {
        var hello = Hello(protocol == SslProtocols.Tls13 ? ClientHello.Tls13(_client.PublicKeys) : ClientHello.UpToTls12(), name);
        return (hello, TlsServer.Answer(hello, protocol, asked => asked.Length > 0 ? _named : _plain));
    }

    private (HandshakeProgress Progress, HandshakeReader Reader, byte[] Stream) Read(
        byte[] hello, byte[] said, SslProtocols protocol, Func<int> pieces)
    {
        var reader = new HandshakeReader();
        reader.Begin(0, protocol == SslProtocols.Tls13 ? _client : null, hello.Length == 0 ? [] : hello[ClientHello.RecordHeaderLength..]);
        var stream = said.ToArray();
        var come = 0;
        var progress = HandshakeProgress.More;
        while (progress == HandshakeProgress.More && come < stream.Length)
        {
            come += Math.Min(pieces(), stream.Length - come);
            progress = reader.Read(stream.AsSpan(0, come));
        }
        return (progress, reader, stream);
    }
}
