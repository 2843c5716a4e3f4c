using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.OneShot;

/// <summary>Remembers how far a scan came, for the case that its task fails.</summary>
internal sealed class ObservedScanner(IRawScanner scanner) : IRawScanner
{
    public ScanCoverage? Coverage { get; private set; }

    public async Task<ScanCoverage> ScanSynAsync(
        SynScanPlan plan, ScopeGuard scope, IScanSink<PortFinding> sink, CancellationToken cancellation) =>
        Coverage = await scanner.ScanSynAsync(plan, scope, sink, cancellation);

    public async Task<ScanCoverage> ScanTlsAsync(
        TlsScanPlan plan, ScopeGuard scope, IScanSink<TlsFinding> sink, CancellationToken cancellation) =>
        Coverage = await scanner.ScanTlsAsync(plan, scope, sink, cancellation);

    public async Task<ScanCoverage> ScanDnsAsync(
        DnsScanPlan plan, ScopeGuard scope, IScanSink<DnsFinding> sink, CancellationToken cancellation) =>
        Coverage = await scanner.ScanDnsAsync(plan, scope, sink, cancellation);
}
