using System.Net.Sockets;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Engine;
using TaskMesh.Workers.BareMetal.Scanning.Probes;
using TaskMesh.Workers.BareMetal.Scanning.Wire;

namespace TaskMesh.Workers.BareMetal.Scanning.Tls;

/// <summary>Collects certificates over TCP connections of its own.</summary>
internal sealed class TlsScanner(ScanSettings settings, TimeProvider clock, IProgress<ScanProgress>? progress, IPacketBudget? budget)
{
    public async Task<ScanCoverage> ScanAsync(TlsScanPlan plan, ScopeGuard scope, IScanSink<TlsFinding> sink, CancellationToken cancellation)
    {
        var order = new TlsOrder(plan);
        var (first, end) = plan.Shard.Of(order.Count, plan.ResumeAt);
        if (scope.Closed(clock.GetUtcNow()) is { } closed)
            return ScanTally.NothingSent(end - first, closed);
        var allowed = plan.Addresses.Intersect(scope.Allowed);
        if (allowed.Count == 0)
            return ScanTally.NothingAllowed(end - first);
        SourcePort? port = null;
        IWire? wire = null;
        try
        {
            var way = WireOpening.Find(allowed, settings);
            var ports = TlsProbeSettings.Ports(order.Rounds, plan.Ciphers);
            port = SourcePort.Take(way, plan.Seed, ProtocolType.Tcp, isHeld: settings.Replay is null, ports);
            if (!port.IsKernelKeptOut && settings.Replay is null)
                throw new IOException($"Without ports of its own the scan would have its connections reset by the kernel: resets are {port.Resets}.");
            var pace = new ScanPace(plan.PacketsPerSecond, plan.Retries) { LongestTalk = TlsProbeSettings.LongestTalk(plan.Patience, plan.Ciphers) };
            using var probe = new TlsHelloProbe(
                order,
                new(way.SourceV4, way.SourceV6, port.Number, plan.Seed, StartTlsDialogue.ByName(plan.StartTls), plan.Patience, pace.Window)
                {
                    Ciphers = plan.Ciphers,
                },
                clock);
            wire = WireOpening.Open(
                way, settings, plan.Wire, plan.PacketsPerSecond, new(probe.CaptureFilter, probe.CaptureLength, probe.LargestPacket), clock);
            await using var allowance = PacketAllowance.Start(budget, allowed, plan.PacketsPerSecond, clock);
            var engine = new ScanEngine<TlsCapture>(wire, probe, way.Unreachable, scope, pace, clock, progress, allowance);
            var coverage = await engine.RunAsync(first, end, plan.ResumeAt, new TlsFindings(sink, probe), cancellation);
            return coverage with { Resets = port.Resets };
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
}
