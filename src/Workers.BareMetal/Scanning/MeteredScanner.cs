using TaskMesh.Core.Metrics;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning;

/// <summary>Tells what scans came to.</summary>
internal sealed class MeteredScanner(IRawScanner scanner, Meter meter) : IRawScanner
{
    public async Task<ScanCoverage> ScanSynAsync(
        SynScanPlan plan, ScopeGuard scope, IScanSink<PortFinding> sink, CancellationToken cancellation) =>
        Told("syn", await scanner.ScanSynAsync(plan, scope, sink, cancellation));

    public async Task<ScanCoverage> ScanTlsAsync(
        TlsScanPlan plan, ScopeGuard scope, IScanSink<TlsFinding> sink, CancellationToken cancellation) =>
        Told("tls", await scanner.ScanTlsAsync(plan, scope, sink, cancellation));

    public async Task<ScanCoverage> ScanDnsAsync(
        DnsScanPlan plan, ScopeGuard scope, IScanSink<DnsFinding> sink, CancellationToken cancellation) =>
        Told("dns", await scanner.ScanDnsAsync(plan, scope, sink, cancellation));

    private ScanCoverage Told(string scan, ScanCoverage coverage)
    {
        meter.Tell(MeshMetrics.Scans, 1, scan);
        meter.Tell(MeshMetrics.ScansDegraded, coverage is { IsComplete: true, Degraded.Count: 0 } ? 0 : 1, scan);
        meter.Tell(MeshMetrics.ScanPackets, coverage.PacketsSent, scan);
        meter.Tell(MeshMetrics.ScanOpen, coverage.Open, scan);
        meter.Tell(MeshMetrics.ScanOutOfScope, coverage.OutOfScope, scan);
        meter.Tell(MeshMetrics.ScanRepliesLost, coverage.RepliesLost, scan);
        return coverage;
    }
}
