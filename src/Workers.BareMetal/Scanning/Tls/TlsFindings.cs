using System.Security.Cryptography;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Workers.BareMetal.Scanning.Tls;

/// <summary>
/// Makes findings of what was captured, off the threads of the scan: reads the certificates, each one once however many servers show it.
/// </summary>
public sealed class TlsFindings(IScanSink<TlsFinding> sink, TlsHelloProbe probe) : IScanSink<TlsCapture>
{
    /// <summary>Some tens of megabytes.</summary>
    private const int MostKept = 16 * 1024;

    private readonly Dictionary<string, CertificateFacts> _kept = [];

    public Task FoundAsync(IReadOnlyList<TlsCapture> findings, CancellationToken cancellation)
    {
        TlsFinding[] read = [.. findings.Select(Read)];
        foreach (var capture in findings)
            probe.Release(capture);
        return sink.FoundAsync(read, cancellation);
    }

    public Task CheckpointAsync(ScanCheckpoint checkpoint, CancellationToken cancellation) => sink.CheckpointAsync(checkpoint, cancellation);

    private TlsFinding Read(TlsCapture capture)
    {
        var (address, port, name) = (capture.Target.Address, capture.Target.Port, capture.Name ?? "");
        if (capture is not { Hello: { } hello, Chain: { } chain })
            return With(new(address, port, name, capture.Outcome, capture.Detail), capture.Inventory);
        try
        {
            var finding = new TlsFinding(address, port, name, capture.Outcome, null)
            {
                Version = TlsNames.Version(hello.Version),
                Cipher = TlsNames.Cipher(hello.Cipher),
                Ja3S = hello.Ja3S(),
                Chain = chain.Facts(Parse),
            };
            return With(finding, capture.Inventory);
        }
        catch (TlsParseException problem)
        {
            return new(address, port, name, TlsOutcome.NotTls, problem.Message);
        }
    }

    private static TlsFinding With(TlsFinding finding, CipherInventory? inventory) =>
        inventory is null ? finding : finding with { Accepted = inventory.Accepted, Fingerprint = inventory.Fingerprint };

    private CertificateFacts Parse(ReadOnlyMemory<byte> certificate)
    {
        var digest = Convert.ToHexStringLower(SHA256.HashData(certificate.Span));
        if (_kept.TryGetValue(digest, out var kept))
            return kept;
        if (_kept.Count >= MostKept)
            _kept.Clear();
        return _kept[digest] = CertificateParser.Parse(certificate);
    }
}
