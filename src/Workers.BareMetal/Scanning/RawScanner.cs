using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Engine;
using TaskMesh.Workers.BareMetal.Scanning.Probes;
using TaskMesh.Workers.BareMetal.Scanning.Wire;

namespace TaskMesh.Workers.BareMetal.Scanning;

/// <summary>Scans with packets of its own making.</summary>
public sealed class RawScanner(ScanSettings settings, TimeProvider clock) : IRawScanner
{
    /// <summary>Probes leave from one port per scan, above those that Linux gives to connections (ip_local_port_range).</summary>
    private const ushort FirstSourcePort = 61000;

    private const string NoWire = "none";

    public async Task<ScanCoverage> ScanSynAsync(
        SynScanPlan plan, ScopeGuard scope, Func<IReadOnlyList<PortFinding>, CancellationToken, Task> findings, CancellationToken cancellation)
    {
        var order = new TargetOrder(plan.Targets, plan.Ports, plan.Seed);
        if (scope.Closed(clock.GetUtcNow()) is { } closed)
            return NothingSent(order, closed);
        // The engine asks the scope for each packet; asked for all targets here, it keeps even the question for a next hop from leaving.
        var allowed = plan.Targets.Intersect(scope.Allowed);
        if (allowed.Count == 0)
            return new ScanTally { OutOfScope = (long)order.Count }.Coverage((long)order.Count, NoWire, repliesLost: 0);
        OpenWire open;
        try
        {
            open = WireOpening.Open(allowed, settings.SourceAddress, source => SynProbe(source, plan.Seed), clock);
        }
        catch (IOException refusal)
        {
            return NothingSent(order, refusal.Message);
        }
        using var wire = open.Wire;
        var pace = new ScanPace(plan.PacketsPerSecond, plan.Retries);
        var engine = new ScanEngine(wire, open.Probe, order, open.Unreachable, scope, pace, plan.ReportClosed, clock);
        return await engine.RunAsync(findings, cancellation);
    }

    private static ScanCoverage NothingSent(TargetOrder order, string reason)
    {
        var tally = new ScanTally();
        tally.Fail(reason);
        return tally.Coverage((long)order.Count, NoWire, repliesLost: 0);
    }

    private static TcpSynProbe SynProbe(Address source, ulong seed)
    {
        var port = FirstSourcePort + (SeededKey.Derive("source port", seed).First % (ushort.MaxValue - FirstSourcePort));
        return new(source, (ushort)port, new ProbeCookie(seed));
    }
}
