using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Engine;
using TaskMesh.Workers.BareMetal.Scanning.Probes;
using static TaskMesh.Unit.Workers.BareMetal.Scanning.Engine.SimulatedWire;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Engine;

public partial class ScanEngineTests
{
    [Fact]
    public async Task Shards_are_the_whole_and_never_meet()
    {
        var order = new TargetOrder(new([AddressRange.Parse(Network)]), PortSet.Parse(Ports), seed: 5);
        var asked = new List<ProbeTarget>();

        for (var part = 1; part <= 3; part++)
        {
            using var wire = new SimulatedWire(ByPort);
            var (first, end) = new ScanShard(part, 3).Of(order.Count);
            var coverage = await RunAsync(wire, Engine(wire, Network, Ports), end, first);
            Assert.Equal((long)(end - first), coverage.Open + coverage.Closed + coverage.NoAnswer);
            asked.AddRange(wire.Asked.Keys);
        }

        Assert.Equal((Planned, Planned), (asked.Count, asked.Distinct().Count()));
    }

    [Fact]
    public async Task What_an_attempt_leaves_another_takes_up_with_the_same_result()
    {
        using var first = new SimulatedWire(ByPort);
        using var stop = new CancellationTokenSource();
        var slow = Pace with { PacketsPerSecond = 300, Retries = 0 };
        var run = RunAsync(first, Engine(first, Network, Ports, pace: slow), cancellation: stop.Token);
        while (Checkpoints.Count == 0)
            await Task.Yield();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        // What was handed over behind the last checkpoint dies with the attempt.
        var last = Checkpoints[^1];
        Assert.Equal(last.Open + last.Closed, Found.Count);

        using var second = new SimulatedWire(ByPort);
        var coverage = await RunAsync(second, Engine(second, Network, Ports), resumeAt: last);

        Assert.Equal((Planned / 3, Planned / 3, Planned / 3), (coverage.Open, coverage.Closed, coverage.NoAnswer));
        Assert.Equal((Planned * 2 / 3, Planned * 2 / 3), (Found.Count, Found.Distinct().Count()));
        Assert.Equal(Planned - (int)last.Index, second.Asked.Count);
    }

    [Fact]
    public async Task What_an_attempt_leaves_can_be_shared_with_the_same_result()
    {
        using var first = new SimulatedWire(ByPort);
        using var stop = new CancellationTokenSource();
        var run = RunAsync(first, Engine(first, Network, Ports, pace: Pace with { PacketsPerSecond = 300, Retries = 0 }), cancellation: stop.Token);
        while (Checkpoints.Count == 0)
            await Task.Yield();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        var last = Checkpoints[^1];
        Assert.Equal((ulong)Planned, last.End);

        var (asked, ended) = (new List<ProbeTarget>(), new List<ScanCoverage>());
        foreach (var (place, part) in ScanShard.Cut(last.Index, last.End!.Value, 4).Index())
        {
            using var wire = new SimulatedWire(ByPort);
            var own = place == 0;
            ended.Add(await RunAsync(wire, Engine(wire, Network, Ports), part.End, own ? 0 : part.First, own ? last with { End = part.End } : null));
            asked.AddRange(wire.Asked.Keys);
        }

        Assert.Equal(
            (Planned, Planned / 3, Planned / 3, Planned / 3),
            (ended.Sum(part => part.Planned), ended.Sum(part => part.Open), ended.Sum(part => part.Closed), ended.Sum(part => part.NoAnswer)));
        Assert.Equal((Planned * 2 / 3, Planned * 2 / 3), (Found.Count, Found.Distinct().Count()));
        var left = Planned - (int)last.Index;
        Assert.Equal((left, left), (asked.Count, asked.Distinct().Count()));
    }

    [Fact]
    public async Task A_task_that_takes_its_time_loses_no_finding()
    {
        using var wire = new SimulatedWire((_, _) => [Answer.SynAck]);
        using var slow = new SemaphoreSlim(0);
        var engine = Engine(wire, Network, "1-6000", pace: Pace);

        var run = RunAsync(wire, engine, 96_000, found: async (findings, cancellation) =>
        {
            await slow.WaitAsync(cancellation);
            Found.AddRange(findings);
        });
        slow.Release(10_000);
        await run;

        Assert.Equal(96_000, Found.Count);
    }

    [Fact]
    public async Task Findings_arrive_while_the_scan_goes_on()
    {
        using var wire = new SimulatedWire((target, _) => target.Port % 1000 == 1 ? [Answer.SynAck] : []);
        using var stop = new CancellationTokenSource();
        var arrived = new TaskCompletionSource();
        var engine = Engine(wire, Network, "1-60000", pace: Pace with { PacketsPerSecond = 10_000 });

        var run = RunAsync(
            wire, engine, 960_000, found: (_, _) => Task.FromResult(arrived.TrySetResult()), cancellation: stop.Token);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.False(run.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task A_task_that_fails_ends_the_scan()
    {
        using var wire = new SimulatedWire((_, _) => [Answer.SynAck]);
        var engine = Engine(wire, Network, "1-60000", pace: Pace);

        var run = RunAsync(wire, engine, 960_000, found: (_, _) => throw new InvalidDataException("the database is gone"));

        await Assert.ThrowsAsync<InvalidDataException>(() => run);
        Assert.True(wire.Asked.Count < 16 * 60_000);
    }
}
