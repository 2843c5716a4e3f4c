using System.Net.Sockets;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Engine;
using TaskMesh.Workers.BareMetal.Scanning.Probes;
using TaskMesh.Workers.BareMetal.Scanning.Wire;

namespace TaskMesh.Workers.BareMetal.Scanning;

/// <summary>Finds open ports by connection requests that are never completed.</summary>
internal sealed class SynScanner(ScanSettings settings, TimeProvider clock, IProgress<ScanProgress>? progress, IPacketBudget? budget)
{
    public async Task<ScanCoverage> ScanAsync(SynScanPlan plan, ScopeGuard scope, IScanSink<PortFinding> sink, CancellationToken cancellation)
    {
        var order = new TargetOrder(plan.Targets, plan.Ports, plan.Seed);
        var (first, end) = plan.Shard.Of(order.Count, plan.ResumeAt);
        if (scope.Closed(clock.GetUtcNow()) is { } closed)
            return ScanTally.NothingSent(end - first, closed);
        // The engine asks the scope for each packet; asked for all targets here, it keeps even the question for a next hop from leaving.
        var allowed = plan.Targets.Intersect(scope.Allowed);
        if (allowed.Count == 0)
            return ScanTally.NothingAllowed(end - first);
        SourcePort? port = null;
        IWire? wire = null;
        try
        {
            var way = WireOpening.Find(allowed, settings);
            port = SourcePort.Take(way, plan.Seed, ProtocolType.Tcp, isHeld: settings.Replay is null);
            var (shardFirst, shardEnd) = plan.Shard.Of(order.Count);
            var share = (shardEnd - shardFirst) / (double)order.Count;
            var probe = new TcpSynProbe(order, Settings(plan, way, port, OpenPortCounter.Limit(plan.PortThreshold, order.PortCount, share)));
            var needs = new WireNeeds(probe.CaptureFilter, probe.CaptureLength, probe.LargestPacket);
            wire = WireOpening.Open(way, settings, plan.Wire, plan.PacketsPerSecond, needs, clock);
            var pace = new ScanPace(plan.PacketsPerSecond, plan.Retries);
            await using var allowance = PacketAllowance.Start(budget, allowed, plan.PacketsPerSecond, clock);
            var engine = new ScanEngine<PortFinding>(wire, probe, way.Unreachable, scope, pace, clock, progress, allowance);
            var before = plan.ResumeAt?.AllPortsOpen ?? [];
            var coverage = await engine.RunAsync(first, end, plan.ResumeAt, new LiarSink(sink, probe, before), cancellation);
            return coverage with { Resets = port.Resets, AllPortsOpen = LiarSink.Names(probe, before) };
        }
        catch (IOException refusal) when (wire is null)
        {
            return ScanTally.NothingSent(end - first, refusal.Message);
        }
        finally
        {
            wire?.Dispose();
            port?.Dispose();
        }
    }

    private static SynProbeSettings Settings(SynScanPlan plan, WayOut way, SourcePort port, int openPorts) => new(
        way.SourceV4,
        way.SourceV6,
        port.Number,
        plan.Seed,
        port.IsKernelKeptOut,
        ReadsResets: !plan.OpenOnly,
        plan.ReportClosed,
        openPorts)
    {
        AllPortsOpen = [.. (plan.ResumeAt?.AllPortsOpen ?? []).Select(Address.Parse)],
    };

    /// <summary>Tells each checkpoint which hosts answer on all ports.</summary>
    private sealed class LiarSink(IScanSink<PortFinding> sink, TcpSynProbe probe, IReadOnlyList<string> before) : IScanSink<PortFinding>
    {
        public static IReadOnlyList<string> Names(TcpSynProbe probe, IReadOnlyList<string> before) =>
            [.. before.Union(probe.AllPortsOpen.Select(host => host.ToString()))];

        public Task FoundAsync(IReadOnlyList<PortFinding> findings, CancellationToken cancellation) => sink.FoundAsync(findings, cancellation);

        public Task CheckpointAsync(ScanCheckpoint checkpoint, CancellationToken cancellation) =>
            sink.CheckpointAsync(checkpoint with { AllPortsOpen = Names(probe, before) }, cancellation);
    }
}
