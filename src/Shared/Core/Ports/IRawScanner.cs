using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Ports;

/// <summary>Scans with raw packets. It asks the scope for every packet, whatever the plan says.</summary>
public interface IRawScanner
{
    /// <summary>Sends SYN probes (RFC 9293) to every target and port of the plan, and hands findings over as they come.</summary>
    /// <param name="findings">
    /// Called from one thread at a time; while it waits, the scan goes on as far as its buffers reach. The list is used again when it returns.
    /// </param>
    /// <returns>Also when nothing can be sent: then every target is counted as not sent, with the reason.</returns>
    Task<ScanCoverage> ScanSynAsync(
        SynScanPlan plan, ScopeGuard scope, Func<IReadOnlyList<PortFinding>, CancellationToken, Task> findings, CancellationToken cancellation);
}

/// <param name="PacketsPerSecond">Probes sent per second, retries included.</param>
/// <param name="Retries">Further probes for a port that did not answer.</param>
/// <param name="Seed">Fixes order and cookies, so that a scan can be repeated or resumed.</param>
/// <param name="ReportClosed">Whether closed ports are findings too, or only counted.</param>
public sealed record SynScanPlan(AddressSet Targets, PortSet Ports, int PacketsPerSecond, int Retries, ulong Seed, bool ReportClosed);
