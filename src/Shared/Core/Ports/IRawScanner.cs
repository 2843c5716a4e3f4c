using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Ports;

/// <summary>Scans with raw packets. It asks the scope for every packet, whatever the plan says.</summary>
public interface IRawScanner
{
    /// <summary>Sends SYN probes (RFC 9293) to every target and port of the plan, and hands findings over as they are certain.</summary>
    /// <returns>Also when nothing can be sent: then every target is counted as not sent, with the reason.</returns>
    Task<ScanCoverage> ScanSynAsync(SynScanPlan plan, ScopeGuard scope, IScanSink<PortFinding> sink, CancellationToken cancellation);

    /// <summary>Asks every (endpoint, name) of the plan for its certificates (TLS, RFC 5246 and 8446), and hands over what they show.</summary>
    /// <returns>As above; open are the endpoints that took a connection, each of which is a finding.</returns>
    Task<ScanCoverage> ScanTlsAsync(TlsScanPlan plan, ScopeGuard scope, IScanSink<TlsFinding> sink, CancellationToken cancellation);

    /// <summary>Asks resolvers (RFC 1035) every question of the plan, and hands over what they know.</summary>
    /// <returns>Also when nothing can be asked: then every question is counted as not sent, with the reason.</returns>
    Task<ScanCoverage> ScanDnsAsync(DnsScanPlan plan, ScopeGuard scope, IScanSink<DnsFinding> sink, CancellationToken cancellation);
}

/// <param name="PacketsPerSecond">Packets sent per second, retries and resets included.</param>
/// <param name="Retries">Further probes for a port that did not answer.</param>
/// <param name="Seed">Fixes order and cookies, so that a scan can be repeated or resumed.</param>
public sealed record SynScanPlan(AddressSet Targets, PortSet Ports, int PacketsPerSecond, int Retries, ulong Seed)
{
    /// <summary>Whether closed and filtered ports are findings too, or only counted.</summary>
    public bool ReportClosed { get; init; }

    /// <summary>Refusals are left unread: cheaper where most ports refuse, but closed ports count as no answer.</summary>
    public bool OpenOnly { get; init; }

    /// <summary>A host with more open ports than this answers on all: no more of them are findings.</summary>
    public int PortThreshold { get; init; } = 256;

    /// <summary>Which part of the order to scan.</summary>
    public ScanShard Shard { get; init; } = ScanShard.Whole;

    /// <summary>Where an earlier attempt had come to.</summary>
    public ScanCheckpoint? ResumeAt { get; init; }

    /// <summary>How packets leave: "pcap", "packet" or "xdp"; null for what suits the rate.</summary>
    public string? Wire { get; init; }
}
