using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using static TaskMesh.Unit.Workers.BareMetal.Scanning.Engine.SimulatedWire;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Engine;

public partial class ScanEngineTests : SimulatedScan
{
    [Fact]
    public async Task Every_target_ends_as_the_network_answers()
    {
        using var wire = new SimulatedWire(ByPort);

        var coverage = await RunAsync(wire);

        Assert.Equal((Planned, Planned / 3, Planned / 3, Planned / 3), (coverage.Planned, coverage.Open, coverage.Closed, coverage.NoAnswer));
        Assert.Equal(Planned * 2 / 3, Found.Distinct().Count());
        Assert.Equal(Found.Count, Found.Distinct().Count());
        Assert.All(Found, each => Assert.Equal(each.Port % 3 == 0 ? PortState.Open : PortState.Closed, each.State));
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
        Assert.All(Found, each => Assert.Equal(PortState.Open, each.State));
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

        var coverage = await RunAsync(wire, Engine(wire, "192.0.2.0-192.0.2.3", Ports), 4 * 63);

        Assert.Equal((63, 63), (coverage.NotSent, coverage.Open));
        Assert.EndsWith($"are not asked: {Unreachable}.", coverage.NotSentReason, StringComparison.Ordinal);
        Assert.DoesNotContain(wire.Asked.Keys, each => each.Address == Address.Parse(Unreachable));
    }

    [Fact]
    public async Task A_network_that_stops_answering_half_way_makes_the_result_degraded()
    {
        var asked = 0;
        using var wire = new SimulatedWire((_, _) => Interlocked.Increment(ref asked) < 8 * Planned ? [Answer.Rst] : []);

        var coverage = await RunAsync(wire, Engine(wire, "198.51.100.0/24", Ports), 16 * Planned);

        Assert.Equal((true, 16 * Planned), (coverage.IsComplete, coverage.Closed + coverage.NoAnswer));
        Assert.StartsWith("Answers became rare:", Assert.Single(coverage.Degraded), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_network_allowance_that_was_exceeded_slows_the_scan_down_and_makes_the_result_degraded()
    {
        using var wire = new SimulatedWire(ByPort) { Beyond = () => 5 };

        var coverage = await RunAsync(wire);

        Assert.Equal(["5 packets went beyond the network allowance of this machine, and were delayed or dropped."], coverage.Degraded);
        Assert.Equal(Pace.PacketsPerSecond * 3 / 4, coverage.LowestRate);
    }

    [Fact]
    public async Task What_an_earlier_attempt_said_of_its_quality_stays()
    {
        using var wire = new SimulatedWire(ByPort);
        var before = new ScanCheckpoint(0, 0, 0, 0, 0, 0, 0, 0) { Degraded = ["Something went wrong."] };

        var coverage = await RunAsync(wire, Engine(wire, Network, Ports), resumeAt: before);

        Assert.Equal(before.Degraded, coverage.Degraded);
        Assert.All(Checkpoints, checkpoint => Assert.Equal(before.Degraded, checkpoint.Degraded));
    }

    [Fact]
    public async Task Answers_that_were_forged_or_come_twice_change_nothing()
    {
        using var wire = new SimulatedWire((target, attempt) =>
            target.Port % 3 == 2 ? [Answer.Forged] : [Answer.Forged, .. ByPort(target, attempt), .. ByPort(target, attempt)]);

        var coverage = await RunAsync(wire);

        Assert.Equal((Planned / 3, Planned / 3, Planned / 3), (coverage.Open, coverage.Closed, coverage.NoAnswer));
        Assert.Equal(Planned * 2 / 3, Found.Count);
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
    public async Task Answers_that_are_not_read_in_time_slow_the_scan_down()
    {
        const int planned = 100;
        var (asked, looks, heldUntil) = (0, 0, 0L);
        using var wire = new SimulatedWire((target, attempt) =>
        {
            // Until what was lost has been looked at, and the rate set: a second look comes after that.
            if (++asked == 20 && SpinWait.SpinUntil(() => Volatile.Read(ref looks) >= 2, TimeSpan.FromSeconds(60)))
                heldUntil = TimeProvider.System.GetTimestamp();
            return ByPort(target, attempt);
        });
        wire.Lost = () =>
        {
            Interlocked.Increment(ref looks);
            return wire.Asked.Count / 10;
        };

        var coverage = await RunAsync(wire, Engine(wire, Network, Ports, pace: Pace with { PacketsPerSecond = 40, Retries = 0 }), planned);

        // 80 at 30 packets a second or less; at 40 it would be two seconds.
        Assert.InRange(TimeProvider.System.GetElapsedTime(heldUntil), TimeSpan.FromSeconds(2.4), TimeSpan.FromHours(1));
        Assert.Equal((planned, planned / 10), (wire.Asked.Count, coverage.RepliesLost));
        Assert.InRange(coverage.LowestRate, 10, 30);
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
    public async Task A_network_that_says_unreachable_filters()
    {
        using var wire = new SimulatedWire((target, _) => target.Port % 3 == 0 ? [Answer.Unreachable, Answer.SynAck] : []);

        var coverage = await RunAsync(wire);

        Assert.Equal((0L, Planned / 3, Planned * 2 / 3), (coverage.Open, coverage.Filtered, coverage.NoAnswer));
        Assert.All(Found, each => Assert.Equal(PortState.Filtered, each.State));
    }

    [Fact]
    public async Task Half_open_connections_are_reset_once_each()
    {
        using var wire = new SimulatedWire(ByPort);

        await RunAsync(wire, Engine(wire, Network, Ports, sendsResets: true));

        Assert.Equal(Planned / 3, wire.Resets);
    }

    [Fact]
    public async Task A_host_that_answers_on_all_ports_is_no_list_of_services()
    {
        using var wire = new SimulatedWire((target, _) => target.Address == Address.Parse("198.51.100.3") ? [Answer.SynAck] : []);

        var coverage = await RunAsync(wire, Engine(wire, Network, Ports, portThreshold: 10));

        Assert.Equal((63, 10), (coverage.Open, Found.Count));
    }

    [Fact]
    public async Task A_host_that_is_known_to_answer_on_all_ports_stays_known()
    {
        using var wire = new SimulatedWire((_, _) => [Answer.SynAck]);
        var known = Address.Parse("198.51.100.3");

        await RunAsync(wire, Engine(wire, Network, Ports, portThreshold: 62, allPortsOpen: [known]));

        Assert.Equal(15 * 62, Found.Count);
        Assert.DoesNotContain(Found, finding => finding.Address == known);
    }

    [Fact]
    public async Task A_retry_that_goes_elsewhere_is_asked_for_by_the_scope_too()
    {
        using var wire = new SimulatedWire((_, _) => []);

        var coverage = await RunAsync(wire, Engine(wire, Network, Ports, retriesAt: "203.0.113.9"));

        Assert.Equal(Planned, coverage.NoAnswer);
        Assert.All(wire.Asked.Keys, target => Assert.True(AddressRange.Parse(Network).Contains(target.Address)));
    }
}
