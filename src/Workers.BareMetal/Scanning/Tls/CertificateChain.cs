using TaskMesh.Core.Recon;

namespace TaskMesh.Workers.BareMetal.Scanning.Tls;

/// <summary>A certificate message as it came (RFC 5246 section 7.4.2, RFC 8446 section 4.4.2), read when somebody wants to know.</summary>
public sealed class CertificateChain(byte[] body, bool isTls13)
{
    /// <summary>Longer chains are read as far as this.</summary>
    private const int MostCertificates = 16;

    private IReadOnlyList<CertificateFacts>? _facts;

    public int Length => body.Length;

    public bool IsSame(ReadOnlySpan<byte> otherBody, bool otherIsTls13) => isTls13 == otherIsTls13 && otherBody.SequenceEqual(body);

    /// <exception cref="TlsParseException">Lengths in it contradict each other, or it holds none.</exception>
    public IReadOnlyList<ReadOnlyMemory<byte>> Certificates()
    {
        var message = new TlsReader(body);
        if (isTls13)
            message.Vector8();
        var certificates = new List<ReadOnlyMemory<byte>>();
        for (var list = new TlsReader(message.Vector24()); !list.IsEmpty && certificates.Count < MostCertificates;)
        {
            certificates.Add(list.Vector24().ToArray());
            if (isTls13)
                list.Vector16();
        }
        return certificates.Count > 0 ? certificates : throw new TlsParseException("the server has no certificate");
    }

    /// <summary>What the certificates say, as far as they can be read; the server's own must be.</summary>
    /// <param name="parse">How to read one of them; asked once.</param>
    /// <exception cref="TlsParseException">There is none that can be read.</exception>
    public IReadOnlyList<CertificateFacts> Facts(Func<ReadOnlyMemory<byte>, CertificateFacts> parse) => _facts ??= Read(parse);

    private List<CertificateFacts> Read(Func<ReadOnlyMemory<byte>, CertificateFacts> parse)
    {
        var certificates = Certificates();
        var facts = new List<CertificateFacts> { parse(certificates[0]) };
        foreach (var further in certificates.Skip(1))
        {
            try
            {
                facts.Add(parse(further));
            }
            catch (TlsParseException)
            {
                // A broken one behind the server's own takes nothing away from that.
            }
        }
        return facts;
    }
}
