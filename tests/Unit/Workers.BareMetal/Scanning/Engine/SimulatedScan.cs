using System.Buffers.Binary;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Engine;
using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Engine;

/// <summary>Scans of a small simulated network, and what comes of them.</summary>
public abstract class SimulatedScan
{
    private protected const string Network = "198.51.100.0/28";
    private protected const string Ports = "1-63";
    private protected const int Planned = 16 * 63;
    private protected const string Unreachable = "192.0.2.1";

    // No longer a wait than the memory of this process needs.
    private protected static readonly ScanPace Pace = new(PacketsPerSecond: 1_000_000, Retries: 2)
    {
        RetryPause = TimeSpan.FromMilliseconds(10),
        CoolDown = TimeSpan.FromMilliseconds(50),
    };

    private protected List<PortFinding> Found { get; } = [];
    private protected List<ScanCheckpoint> Checkpoints { get; } = [];

    /// <summary>A third of the ports is open, a third closed, a third silent.</summary>
    private protected static IEnumerable<SimulatedWire.Answer> ByPort(ProbeTarget target, int attempt) => (target.Port % 3) switch
    {
        0 => [SimulatedWire.Answer.SynAck],
        1 => [SimulatedWire.Answer.Rst],
        _ => [],
    };

    private protected Task<ScanCoverage> RunAsync(SimulatedWire wire, string[]? deny = null, bool reportClosed = true, TimeSpan? validFor = null) =>
        RunAsync(wire, Engine(wire, Network, Ports, deny, reportClosed, validFor));

    private protected Task<ScanCoverage> RunAsync(
        SimulatedWire wire,
        ScanEngine<PortFinding> engine,
        ulong end = Planned,
        ulong first = 0,
        ScanCheckpoint? resumeAt = null,
        Func<IReadOnlyList<PortFinding>, CancellationToken, Task>? found = null,
        CancellationToken cancellation = default)
    {
        Assert.NotNull(wire);
        return engine.RunAsync(first, end, resumeAt, new Sink(found ?? Keep, Checkpoints), cancellation);
    }

    private protected Task Keep(IReadOnlyList<PortFinding> findings, CancellationToken cancellation)
    {
        Found.AddRange(findings);
        return Task.CompletedTask;
    }

    private protected static ScanEngine<PortFinding> Engine(
        SimulatedWire wire,
        string network,
        string ports,
        string[]? deny = null,
        bool reportClosed = true,
        TimeSpan? validFor = null,
        ScanPace? pace = null,
        bool sendsResets = false,
        int portThreshold = 1_000_000,
        PacketAllowance? allowance = null,
        Address[]? allPortsOpen = null,
        string? retriesAt = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        var end = now + (validFor ?? TimeSpan.FromHours(1));
        var scope = new ScanScope("the owner", "ticket 1", now.AddHours(-1), end, [network], deny, AllowPrivate: true);
        var order = new TargetOrder(new([AddressRange.Parse(network)]), PortSet.Parse(ports), seed: 5);
        var settings = new SynProbeSettings(
            Address.Parse("192.0.2.1"), null, 61_234, Seed: 5, sendsResets, ReportClosed: reportClosed, PortThreshold: portThreshold)
        {
            AllPortsOpen = allPortsOpen ?? [],
        };
        var probe = new TcpSynProbe(order, settings);
        return new(
            wire,
            retriesAt is null ? probe : new Elsewhere(probe, Address.Parse(retriesAt)),
            new AddressSet([AddressRange.Parse(Unreachable)]),
            new ScopeGuard([scope]),
            pace ?? Pace,
            TimeProvider.System,
            allowance: allowance);
    }

    /// <summary>A probe whose further attempts go to another address.</summary>
    private sealed class Elsewhere(IProbe<PortFinding> probe, Address other) : IProbe<PortFinding>
    {
        public string CaptureFilter => probe.CaptureFilter;

        public int LargestPacket => probe.LargestPacket;

        public int CaptureLength => probe.CaptureLength;

        public int Aim(ulong index, int attempt, Span<byte> packet)
        {
            var length = probe.Aim(index, attempt, packet);
            if (attempt > 0)
                BinaryPrimitives.WriteUInt32BigEndian(packet[16..], (uint)other.Bits);
            return length;
        }

        public Verdict Judge(ReadOnlySpan<byte> packet, PacketOutbox outbox, out ulong index) => probe.Judge(packet, outbox, out index);

        public bool TryReport(ulong index, Verdict verdict, out PortFinding finding) => probe.TryReport(index, verdict, out finding);
    }

    private sealed class Sink(Func<IReadOnlyList<PortFinding>, CancellationToken, Task> found, List<ScanCheckpoint> checkpoints)
        : IScanSink<PortFinding>
    {
        public Task FoundAsync(IReadOnlyList<PortFinding> findings, CancellationToken cancellation) => found(findings, cancellation);

        public Task CheckpointAsync(ScanCheckpoint checkpoint, CancellationToken cancellation)
        {
            checkpoints.Add(checkpoint);
            return Task.CompletedTask;
        }
    }
}
