using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Dns;
using TaskMesh.Workers.BareMetal.Scanning.Engine;
using TaskMesh.Workers.BareMetal.Scanning.Tls;

namespace TaskMesh.Workers.BareMetal.Scanning;

/// <summary>Scans with packets of its own making.</summary>
/// <param name="progress">Hears about once a second how far a scan is.</param>
/// <param name="budget">What all workers share; null where this one is alone.</param>
public sealed class RawScanner(ScanSettings settings, TimeProvider clock, IProgress<ScanProgress>? progress = null, IPacketBudget? budget = null)
    : IRawScanner
{
    public Task<ScanCoverage> ScanSynAsync(SynScanPlan plan, ScopeGuard scope, IScanSink<PortFinding> sink, CancellationToken cancellation) =>
        new SynScanner(settings, clock, progress, budget).ScanAsync(plan, scope, sink, cancellation);

    public Task<ScanCoverage> ScanTlsAsync(TlsScanPlan plan, ScopeGuard scope, IScanSink<TlsFinding> sink, CancellationToken cancellation) =>
        new TlsScanner(settings, clock, progress, budget).ScanAsync(plan, scope, sink, cancellation);

    public Task<ScanCoverage> ScanDnsAsync(DnsScanPlan plan, ScopeGuard scope, IScanSink<DnsFinding> sink, CancellationToken cancellation) =>
        new DnsScanner(settings, clock, progress, budget).ScanAsync(plan, scope, sink, cancellation);
}
