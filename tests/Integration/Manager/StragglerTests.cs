using System.Text.Json;
using TaskMesh.Core;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Metrics;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres.Workers;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Manager;

/// <summary>Shards that hold their scan up while workers are idle.</summary>
[Collection(ProductTests.Name)]
public class StragglerTests(ProductCluster cluster)
{
    private const int Shards = 8;
    private const ulong Questions = 80_000;

    private static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);
    private static readonly TaskOutcome Success = new TaskOutcome.Succeeded(JsonElement.Parse("{}"));

    [Fact]
    public async Task A_straggler_shares_what_is_left_and_what_comes_next_waits_for_all_of_it()
    {
        await using var rig = await RigAsync(Parallel());
        var (leases, runs) = await RunAsync(rig, "shard");
        await EndAsync(rig, runs[..^1]);
        Assert.Empty(await StopsAfterAsync(TimeSpan.FromSeconds(30), rig, leases, runs[^1..]));
        Assert.Equal(StopCause.Straggler, Assert.Single(await StopsAfterAsync(FiveMinutes, rig, leases, runs[^1..])).Value);

        rig.Sent.Clear();
        var yielded = ManagerRig.Report(runs[^1], Yielded(index: 71_000, end: 80_000));
        await rig.SendAsync(yielded, yielded);
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(1));
        await rig.SendAsync(yielded, new Tick());

        Assert.Equal(
            ["8/8 2 71000 73250", "73250-75499 1 - -", "75500-77749 1 - -", "77750-79999 1 - -"],
            rig.Runs.Select(Describe).Order(StringComparer.Ordinal).OrderBy(run => run.Contains('/', StringComparison.Ordinal) ? 0 : 1));
        Assert.Equal(["11 0"], await rig.Database.RowsAsync("select children, open_generators from task_manager.container where filled"));
        Assert.Equal(["0 11"], await rig.Database.RowsAsync(
            "select min(ordinal), count(distinct ordinal) from task_manager.task where kind = 'shard'"));
        await EndAsync(rig, [.. rig.Runs]);
        Assert.Equal("outside", Assert.Single(rig.Runs, run => run.Kind == "outside").Kind);
        await rig.RunAllAsync(_ => Success);
        Assert.Equal(["Succeeded 13"], await rig.Database.RowsAsync("select state, count(*) from task_manager.task group by state"));
        Assert.Equal(["Succeeded"], await rig.Database.RowsAsync("select state from task_manager.collection"));
    }

    [Fact]
    public async Task Who_was_asked_is_not_asked_again_and_its_parts_may_be()
    {
        await using var rig = await RigAsync(Parallel());
        var (leases, runs) = await RunAsync(rig, "shard");
        await EndAsync(rig, runs[..^1]);
        await StopsAfterAsync(FiveMinutes, rig, leases, runs[^1..]);
        rig.Sent.Clear();
        await rig.SendAsync(ManagerRig.Report(runs[^1], Yielded(index: 71_000, end: 80_000)));
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(1));
        await rig.SendAsync(new Tick());
        RunTask[] parts = [.. rig.Runs.OrderBy(run => run.Id == runs[^1].Id)];
        Assert.Equal((4, 2), (parts.Length, parts[^1].Attempt));
        await leases.ClaimAsync(parts, default);
        await EndAsync(rig, parts[..2]);

        var asked = await StopsAfterAsync(FiveMinutes, rig, leases, parts[2..]);

        Assert.Equal((parts[2].Id, StopCause.Straggler), (Assert.Single(asked).Key, asked.Values.Single()));
    }

    [Fact]
    public async Task Two_that_yield_to_two_Managers_at_once_share_into_different_tasks()
    {
        await using var rig = await RigAsync(Parallel());
        await using var second = new ManagerRig(rig.Database);
        await second.StartAsync();
        var (leases, runs) = await RunAsync(rig, "shard");
        await EndAsync(rig, runs[..^2]);
        Assert.Equal(2, (await StopsAfterAsync(FiveMinutes, rig, leases, runs[^2..])).Count);

        await Task.WhenAll(
            rig.SendAsync(ManagerRig.Report(runs[^2], Yielded(61_000, 70_000))),
            second.SendAsync(ManagerRig.Report(runs[^1], Yielded(71_000, 80_000))));

        Assert.Equal(["14"], await rig.Database.RowsAsync("select children from task_manager.container where filled"));
        var inputs = await rig.Database.RowsAsync("select input from task_manager.task where kind = 'shard' and ordinal >= 8 order by ordinal");
        Assert.Equal(
            ScanShard.Cut(61_000, 70_000, 4).Skip(1).Concat(ScanShard.Cut(71_000, 80_000, 4).Skip(1)),
            inputs.Select(input => ScanShard.Parse(JsonElement.Parse(input).GetProperty("shard").GetString()!).Of(Questions)).Order());
    }

    [Fact]
    public async Task An_attempt_that_is_over_or_has_no_position_shares_nothing()
    {
        await using var rig = await RigAsync(Parallel());
        var (leases, runs) = await RunAsync(rig, "shard");
        await EndAsync(rig, runs[..^1]);
        await StopsAfterAsync(FiveMinutes, rig, leases, runs[^1..]);

        await rig.SendAsync(ManagerRig.Report(runs[^1] with { Attempt = 0 }, Yielded(71_000, 80_000)));
        await rig.SendAsync(ManagerRig.Report(runs[^1] with { Nonce = Guid.NewGuid() }, Yielded(71_000, 80_000)));
        await rig.SendAsync(ManagerRig.Report(runs[^1], new TaskOutcome.Yielded(TimeSpan.Zero)));

        Assert.Equal(["8"], await rig.Database.RowsAsync("select count(*) from task_manager.task where kind = 'shard'"));
    }

    /// <param name="ended">Of the eight.</param>
    [Theory]
    [InlineData("shard", 7, 0, 1, null)]
    [InlineData("shard", 5, 0, 0, null)]
    [InlineData("shard", 7, 40, 0, null)]
    [InlineData("raw", 7, 0, 0, null)]
    [InlineData("shard", 7, 0, 0, 8)]
    public async Task Only_few_that_run_while_nothing_waits_are_asked(string kind, int ended, int waiting, int asked, int? maxConcurrency)
    {
        await using var rig = await RigAsync(Parallel(maxConcurrency));
        var (leases, runs) = await RunAsync(rig, kind);
        await EndAsync(rig, runs[..ended]);
        await rig.SendAsync(
            [.. Enumerable.Range(0, waiting).Select(_ => new CreateTask("raw", JsonElement.Parse("{}")) { Id = Guid.CreateVersion7() })]);

        Assert.Equal(asked, (await StopsAfterAsync(FiveMinutes, rig, leases, runs[ended..])).Count);
    }

    [Fact]
    public async Task Tasks_by_hand_that_have_ended_let_nobody_be_asked()
    {
        var byHand = Enumerable.Range(0, 30).Select(place => new TaskNode($"by hand {place}", "outside", JsonElement.Parse("{}")));
        await using var rig = await RigAsync(new ParallelNode([.. byHand], "made"));
        var (leases, runs) = await RunAsync(rig, "shard");
        await EndAsync(rig, [.. rig.Runs.Where(run => run.Kind == "outside"), .. runs[..^3]]);
        Assert.Empty(await StopsAfterAsync(FiveMinutes, rig, leases, runs[^3..]));

        await EndAsync(rig, runs[^3..^2]);

        Assert.Equal(2, (await StopsAfterAsync(FiveMinutes, rig, leases, runs[^2..])).Count);
    }

    [Fact]
    public async Task Parts_of_parts_are_never_more_at_once_than_the_scan_was()
    {
        await using var rig = await RigAsync(Parallel());
        var (leases, runs) = await RunAsync(rig, "shard");
        await EndAsync(rig, runs[..^2]);
        await StopsAfterAsync(FiveMinutes, rig, leases, runs[^2..]);
        rig.Sent.Clear();
        await rig.SendAsync(ManagerRig.Report(runs[^2], Yielded(61_000, 70_000)), ManagerRig.Report(runs[^1], Yielded(71_000, 80_000)));
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(1));
        await rig.SendAsync(new Tick());
        RunTask[] parts = [.. rig.Runs.OrderByDescending(run => run.Attempt)];
        Assert.Equal(Shards, parts.Length);
        await leases.ClaimAsync(parts, default);
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(10));
        await EndAsync(rig, parts[..^3]);

        Assert.Empty(await StopsAfterAsync(FiveMinutes, rig, leases, parts[^3..]));
        await EndAsync(rig, parts[^3..^2]);
        Assert.Equal(2, (await StopsAfterAsync(FiveMinutes, rig, leases, parts[^2..])).Count);
    }

    [Theory]
    [InlineData("update task_manager.task set input = replace(input, '\"seed\":7,', '')")]
    [InlineData("update task_manager.task set input = '{\"seed\":7}'")]
    [InlineData("update task_manager.generator set declared = declared + 1")]
    public async Task What_could_not_be_shared_is_not_asked(string change)
    {
        await using var rig = await RigAsync(Parallel());
        var (leases, runs) = await RunAsync(rig, "shard");
        await EndAsync(rig, runs[..^1]);
        await rig.Database.ExecuteAsync(change);

        Assert.Empty(await StopsAfterAsync(FiveMinutes, rig, leases, runs[^1..]));
    }

    [Fact]
    public async Task Two_generators_have_the_room_of_one_collection()
    {
        await using var rig = await RigAsync(Parallel(), makers: 2);
        var (leases, runs) = await RunAsync(rig, "shard");
        await EndAsync(rig, runs[..^2]);
        Assert.Equal(2, (await StopsAfterAsync(FiveMinutes, rig, leases, runs[^2..])).Count);
        await rig.Database.ExecuteAsync($"update task_manager.organisation set most_tasks = {(2 * Shards) + 5}");

        await rig.SendAsync(ManagerRig.Report(runs[^2], Yielded(71_000, 80_000)), ManagerRig.Report(runs[^1], Yielded(71_000, 80_000)));

        Assert.Equal([$"{(2 * Shards) + 3}"], await rig.Database.RowsAsync("select count(*) from task_manager.task where kind = 'shard'"));
    }

    [Fact]
    public async Task A_question_that_fails_harms_nothing_else()
    {
        await using var rig = await RigAsync(Parallel());
        await rig.Database.ExecuteAsync("alter table task_manager.task rename column cut_attempt to gone");
        rig.Metrics.Clear();

        await rig.SendAsync(new Tick());

        Assert.Contains(rig.Metrics, line => line.Contains(MeshMetrics.LaunchesRefused.Name, StringComparison.Ordinal));
    }

    private static ParallelNode Parallel(int? maxConcurrency = null) => new([], "made", MaxConcurrency: maxConcurrency);

    private static TaskOutcome.Yielded Yielded(ulong index, ulong end) =>
        new(TimeSpan.Zero, JsonElement.Parse($$$"""{"scan":{"index":{{{index}}},"end":{{{end}}}}}"""));

    private static string Describe(RunTask run)
    {
        var scan = run.Checkpoint?.GetProperty("scan");
        return $"{run.Input.GetProperty("shard")} {run.Attempt} {scan?.GetProperty("index").GetRawText() ?? "-"} "
            + $"{scan?.GetProperty("end").GetRawText() ?? "-"}";
    }

    private static Task<IReadOnlyList<string>> EndAsync(ManagerRig rig, IReadOnlyList<RunTask> runs) =>
        rig.SendAsync([.. runs.Select(run => ManagerRig.Report(run, Success))]);

    /// <summary>Generators have made their shards, and a worker has begun with all of them ten seconds ago.</summary>
    private static async Task<(TaskLeases Leases, RunTask[] Runs)> RunAsync(ManagerRig rig, string kind)
    {
        for (var made = 0; rig.Runs.Where(run => run.Kind == "maker").ElementAtOrDefault(made) is { } generator; made++)
            await MakeAsync(rig, generator, kind);
        RunTask[] runs = [.. rig.Runs.Where(run => run.Kind == kind).OrderBy(run => run.Input.GetRawText(), StringComparer.Ordinal)];
        Assert.Equal((true, 0), (runs.Length > 0, runs.Length % Shards));
        var leases = new TaskLeases(rig.Database.As("tm_worker"), "w1");
        await leases.ClaimAsync(runs, default);
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(10));
        return (leases, runs);
    }

    private static Task<IReadOnlyList<string>> MakeAsync(ManagerRig rig, RunTask generator, string kind)
    {
        var inputs = Enumerable.Range(1, Shards).Select(
            shard => JsonElement.Parse(kind == "shard" ? $$"""{"seed":7,"shard":"{{shard}}/{{Shards}}"}""" : "{}")).ToArray();
        var count = Enumerable.Range(0, Shards).Select(ordinal => ChildCount.Of(DerivedId.OfChild(generator.Collection, generator.Id, kind, ordinal)))
            .Aggregate(ChildCount.Add);
        var made = new CreateTask(
            kind, JsonElement.Parse("{}"), Generated: new(generator.Collection, generator.Id, 0, Inputs: inputs))
        { Id = Guid.CreateVersion7() };
        return rig.SendAsync(made, ManagerRig.Report(generator, new TaskOutcome.Succeeded(Children: count)));
    }

    /// <summary>What the workers of running tasks hear after some time and a sweep.</summary>
    private static async Task<IReadOnlyDictionary<Guid, StopCause>> StopsAfterAsync(
        TimeSpan time, ManagerRig rig, TaskLeases leases, RunTask[] runs)
    {
        var held = runs.Select(run => new Lease(run.Id, run.Attempt, run.Nonce)).ToArray();
        await rig.Database.AdvanceAsync(time);
        await leases.RenewAsync(held, default);
        await rig.SendAsync(new Tick());
        return await leases.StopsAsync(held, default);
    }

    private async Task<ManagerRig> RigAsync(ParallelNode made, int makers = 1)
    {
        var rig = new ManagerRig(await cluster.CreateAsync());
        await rig.StartAsync();
        await rig.Database.ExecuteAsync(
            "insert into task_manager.worker (id, pool, state, version, parallelism) values ('w1', 'bare-metal', 'live', '1', 16)");
        await rig.SendAsync(new CreateCollection(new SequentialNode(
        [
            .. Enumerable.Range(0, makers).Select(place => new TaskNode($"g{place}", "maker", JsonElement.Parse("""{"count":0,"into":"made"}"""))),
            made,
            new TaskNode("after", "outside", JsonElement.Parse("{}")),
        ]))
        { Id = Guid.CreateVersion7() });
        return rig;
    }
}
