using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Engine;
using TaskMesh.Workers.BareMetal.Scanning.Probes;
using static TaskMesh.Unit.Workers.BareMetal.Scanning.Engine.SimulatedWire;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Engine;

public class ScanEngineTests
{
    private const string Network = "198.51.100.0/28";
    private const string Ports = "1-63";
    private const int Planned = 16 * 63;
    private const string Unreachable = "192.0.2.1";

    // Three windows of uneven size, and no longer a wait than the memory of this process needs.
    private static readonly ScanPace Pace = new(PacketsPerSecond: 1_000_000, Retries: 2)
    {
        RetryPause = TimeSpan.FromMilliseconds(10),
        CoolDown = TimeSpan.FromMilliseconds(50),
        WindowProbes = 400,
    };

    private static readonly ScanPace OneWindow = Pace with { WindowProbes = ProbeWindow.LargestCapacity };

    private readonly List<PortFinding> _found = [];

    [Fact]
    public async Task Every_target_ends_as_the_network_answers()
    {
        using var wire = new SimulatedWire(ByPort);

        var coverage = await RunAsync(wire);

        Assert.Equal((Planned, Planned / 3, Planned / 3, Planned / 3), (coverage.Planned, coverage.Open, coverage.Closed, coverage.NoAnswer));
        Assert.Equal(Planned * 2 / 3, _found.Distinct().Count());
        Assert.Equal(_found.Count, _found.Distinct().Count());
        Assert.All(_found, each => Assert.Equal(each.Port % 3 == 0 ? PortState.Open : PortState.Closed, each.State));
    }

    [Fact]
    public async Task Only_what_did_not_answer_is_asked_again()
    {
        using var wire = new SimulatedWire(ByPort);

        var coverage = await RunAsync(wire);

        Assert.All(wire.Asked, each => Assert.Equal(each.Key.Port % 3 == 2 ? 3 : 1, each.Value));
        Assert.Equal(wire.Asked.Values.Sum(), coverage.PacketsSent);
    }

    [Fact]
    public async Task Lost_probes_are_made_good_by_later_ones()
    {
        using var wire = new SimulatedWire((target, attempt) => attempt < 3 ? [] : ByPort(target, attempt));

        var coverage = await RunAsync(wire);

        Assert.Equal((Planned / 3, Planned / 3), (coverage.Open, coverage.Closed));
    }

    [Fact]
    public async Task Closed_ports_can_be_counted_without_being_reported()
    {
        using var wire = new SimulatedWire(ByPort);

        var coverage = await RunAsync(wire, reportClosed: false);

        Assert.Equal(Planned / 3, coverage.Closed);
        Assert.All(_found, each => Assert.Equal(PortState.Open, each.State));
    }

    [Fact]
    public async Task A_denied_target_gets_no_packet_and_is_counted()
    {
        using var wire = new SimulatedWire(ByPort);

        var coverage = await RunAsync(wire, deny: ["198.51.100.4/30"]);

        Assert.Equal(4 * 63, coverage.OutOfScope);
        Assert.Equal(Planned, coverage.OutOfScope + coverage.Open + coverage.Closed + coverage.NoAnswer);
        Assert.DoesNotContain(wire.Asked.Keys, each => AddressRange.Parse("198.51.100.4/30").Contains(each.Address));
    }

    [Fact]
    public async Task What_the_wire_cannot_reach_is_not_sent_and_the_rest_goes_on()
    {
        using var wire = new SimulatedWire(ByPort);

        var coverage = await Engine(wire, "192.0.2.0-192.0.2.3", Ports).RunAsync((_, _) => Task.CompletedTask, CancellationToken.None);

        Assert.Equal((63, 63), (coverage.NotSent, coverage.Open));
        Assert.EndsWith($"are not asked: {Unreachable}.", coverage.NotSentReason, StringComparison.Ordinal);
        Assert.DoesNotContain(wire.Asked.Keys, each => each.Address == Address.Parse(Unreachable));
    }

    [Fact]
    public async Task Answers_that_were_forged_or_come_twice_change_nothing()
    {
        using var wire = new SimulatedWire((target, attempt) =>
            target.Port % 3 == 2 ? [Answer.Forged] : [Answer.Forged, .. ByPort(target, attempt), .. ByPort(target, attempt)]);

        var coverage = await RunAsync(wire);

        Assert.Equal((Planned / 3, Planned / 3, Planned / 3), (coverage.Open, coverage.Closed, coverage.NoAnswer));
        Assert.Equal(Planned * 2 / 3, _found.Count);
    }

    [Fact]
    public async Task A_refusal_that_passes_loses_no_probe()
    {
        var calls = 0;
        using var wire = new SimulatedWire(ByPort) { Refusal = () => ++calls % 50 == 0 ? "No buffer space available" : null };

        var coverage = await RunAsync(wire);

        Assert.Equal((Planned / 3, 0L), (coverage.Open, coverage.NotSent));
        Assert.Equal(Planned, wire.Asked.Count);
    }

    [Fact]
    public async Task A_refusal_that_stays_is_no_silence_of_the_targets()
    {
        var calls = 0;
        using var wire = new SimulatedWire(ByPort) { Refusal = () => ++calls > 600 ? "Network is down" : null };

        var coverage = await RunAsync(wire);

        Assert.Equal("Network is down", coverage.NotSentReason);
        Assert.Equal(Planned, coverage.Open + coverage.Closed + coverage.NoAnswer + coverage.NotSent);
        Assert.True(coverage.NotSent > 300);
    }

    [Fact]
    public async Task A_window_over_a_broken_link_says_nothing_of_silence()
    {
        using var wire = new SimulatedWire((_, _) => []);
        wire.LinkProblem = () => wire.Asked.Count > 200 ? "veth0 is down." : null;

        var coverage = await RunAsync(wire);

        Assert.Equal((0L, Planned, "veth0 is down."), (coverage.NoAnswer, coverage.NotSent, coverage.NotSentReason));
    }

    [Fact]
    public async Task An_expired_scope_lets_nothing_out()
    {
        using var wire = new SimulatedWire(ByPort);

        var coverage = await RunAsync(wire, validFor: TimeSpan.Zero);

        Assert.Empty(wire.Asked);
        Assert.Equal(Planned, coverage.NotSent);
        Assert.StartsWith("the scope 'ticket 1' expired", coverage.NotSentReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_that_takes_its_time_loses_no_finding()
    {
        using var wire = new SimulatedWire((_, _) => [Answer.SynAck]);
        using var slow = new SemaphoreSlim(0);
        var engine = Engine(wire, Network, "1-6000", pace: OneWindow);

        var run = engine.RunAsync(
            async (findings, cancellation) =>
            {
                await slow.WaitAsync(cancellation);
                _found.AddRange(findings);
            },
            CancellationToken.None);
        slow.Release(10_000);
        await run;

        Assert.Equal(96_000, _found.Count);
    }

    [Fact]
    public async Task Findings_arrive_while_the_scan_goes_on()
    {
        using var wire = new SimulatedWire((target, _) => target.Port % 1000 == 1 ? [Answer.SynAck] : []);
        using var stop = new CancellationTokenSource();
        var arrived = new TaskCompletionSource();
        var engine = Engine(wire, Network, "1-60000", pace: OneWindow with { PacketsPerSecond = 10_000 });

        var run = engine.RunAsync((_, _) => Task.FromResult(arrived.TrySetResult()), stop.Token);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.False(run.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task A_task_that_fails_ends_the_scan()
    {
        using var wire = new SimulatedWire((_, _) => [Answer.SynAck]);
        var engine = Engine(wire, Network, "1-60000", pace: OneWindow);

        var run = engine.RunAsync((_, _) => throw new InvalidDataException("the database is gone"), CancellationToken.None);

        await Assert.ThrowsAsync<InvalidDataException>(() => run);
        Assert.True(wire.Asked.Count < 16 * 60_000);
    }

    /// <summary>A third of the ports is open, a third closed, a third silent.</summary>
    private static IEnumerable<Answer> ByPort(ProbeTarget target, int attempt) => (target.Port % 3) switch
    {
        0 => [Answer.SynAck],
        1 => [Answer.Rst],
        _ => [],
    };

    private Task<ScanCoverage> RunAsync(SimulatedWire wire, string[]? deny = null, bool reportClosed = true, TimeSpan? validFor = null) =>
        Engine(wire, Network, Ports, deny, reportClosed, validFor).RunAsync(
            (findings, _) =>
            {
                _found.AddRange(findings);
                return Task.CompletedTask;
            },
            CancellationToken.None);

    private static ScanEngine Engine(
        SimulatedWire wire,
        string network,
        string ports,
        string[]? deny = null,
        bool reportClosed = true,
        TimeSpan? validFor = null,
        ScanPace? pace = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        var end = now + (validFor ?? TimeSpan.FromHours(1));
        var scope = new ScanScope("the owner", "ticket 1", now.AddHours(-1), end, [network], deny, AllowPrivate: true);
        return new(
            wire,
            new TcpSynProbe(Address.Parse("192.0.2.1"), 61_234, new ProbeCookie(5)),
            new TargetOrder(new([AddressRange.Parse(network)]), PortSet.Parse(ports), seed: 5),
            new AddressSet([AddressRange.Parse(Unreachable)]),
            new ScopeGuard([scope]),
            pace ?? Pace,
            reportClosed,
            TimeProvider.System);
    }
}
