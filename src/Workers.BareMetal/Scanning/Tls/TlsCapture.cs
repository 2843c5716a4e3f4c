using TaskMesh.Core.Recon;
using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Workers.BareMetal.Scanning.Tls;

/// <summary>How a conversation ended, with the certificates as they came.</summary>
/// <param name="Index">Of the question.</param>
/// <param name="HeldBytes">Memory that nothing else holds.</param>
public sealed record TlsCapture(
    ulong Index, ProbeTarget Target, string? Name, TlsOutcome Outcome, string? Detail, ServerHello? Hello, CertificateChain? Chain, int HeldBytes)
{
    /// <summary>What else the server accepts; null where that was not asked.</summary>
    public CipherInventory? Inventory { get; init; }
}
