using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Workflow;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Manager;

/// <summary>How much an organisation may have at once: what is above it is refused with a sentence, and nobody else is concerned.</summary>
[Collection(ProductTests.Name)]
public class LimitTests(ProductCluster cluster)
{
    private const string Refused = "select reason from task_manager.quarantine order by id";

    private static readonly JsonElement Empty = JsonElement.Parse("{}");
    private static readonly TaskOutcome Success = new TaskOutcome.Succeeded();

    [Fact]
    public async Task What_would_make_the_line_too_long_is_refused_and_may_come_again_when_it_is_shorter()
    {
        await using var rig = await RigAsync(slots: 1);
        await SetAsync(rig, "small", waiting: 3);
        var first = Task("small");

        await rig.SendAsync(first, Task("small"), Task("small"));
        await rig.SendAsync(Task("small", priority: 5), Task("small"), Task("small"), Task("other"), Task("other"));
        await rig.SendAsync(first);

        Assert.Equal(
            ["organisation: 'small' has 3 tasks in line and may have 3; submit these 1 later"], await rig.Database.RowsAsync(Refused));
        Assert.Equal(
            ["other 2", "small 5"],
            await rig.Database.RowsAsync("select organisation, count(*) from task_manager.task group by organisation order by organisation"));

        await rig.RunAllAsync(_ => Success);
        await rig.SendAsync(Task("small"));

        Assert.Single(rig.Runs);
    }

    [Fact]
    public async Task A_collection_of_too_many_tasks_is_refused_whole()
    {
        await using var rig = await RigAsync();
        await SetAsync(rig, "small", tasks: 2);

        await rig.SendAsync(Collection("small", 3), Collection("small", 2), Collection("other", 3));

        Assert.Equal(
            ["root: 3 tasks are more than the 2 that 'small' may have in a collection"], await rig.Database.RowsAsync(Refused));
        Assert.Equal(5, rig.Runs.Count);
    }

    [Fact]
    public async Task A_generator_that_makes_too_many_tasks_fails_and_its_collection_with_it()
    {
        await using var rig = await RigAsync();
        await SetAsync(rig, "small", tasks: 1_500);
        await rig.SendAsync(
            new CreateCollection(
                new SequentialNode([new TaskNode("g", "maker", JsonElement.Parse("""{"count":2500}""")), new TaskNode("after", "outside", Empty)]),
                Organisation: "small")
            { Id = Guid.CreateVersion7() },
            Task("other"));
        var (made, report) = await PlayedGenerator.RunAsync(rig.Runs.Single(run => run.Kind == "maker"));

        await rig.SendAsync([.. made]);
        await rig.SendAsync(made[0]);
        await rig.SendAsync(report);
        await rig.Database.AdvanceAsync(TimeSpan.FromMinutes(1));
        await rig.SendAsync(new Tick());

        Assert.True(await rig.Database.ScalarAsync<long>("select count(*) from task_manager.task where parent_id is not null") is > 0 and <= 1_500);
        Assert.Equal(
            ["Failed"], await rig.Database.RowsAsync("select state from task_manager.task where name = 'g' and reason like 'too many tasks:%'"));
        Assert.Equal(["other Succeeded", "small Failed"], await StatesAsync(rig));
        Assert.All(await rig.Database.RowsAsync(Refused), reason => Assert.StartsWith("generated: too many tasks: ", reason));
    }

    [Theory]
    [InlineData("nobody", 1, 1, "organisation: there is no 'nobody'")]
    [InlineData("small", -1, 1, "mostWaiting: -1 is not from 0 to 10000000")]
    [InlineData("small", 1, 0, "mostTasks: 0 is not from 1 to 10000000")]
    public async Task Limits_that_cannot_be_are_refused(string organisation, int waiting, int tasks, string reason)
    {
        await using var rig = await RigAsync();

        Assert.Equal(reason, await rig.SteerAsync(new ControlAction.SetLimits(organisation, waiting, tasks)));
    }

    private static async Task<IReadOnlyList<string>> StatesAsync(ManagerRig rig)
    {
        await rig.RunAllAsync(_ => Success);
        await rig.Database.AdvanceAsync(TimeSpan.FromMinutes(1));
        await rig.SendAsync(new Tick());
        return await rig.Database.RowsAsync("select organisation, state from task_manager.collection order by organisation");
    }

    [Fact]
    public async Task The_same_scan_waits_for_the_interval_unless_it_failed()
    {
        await using var rig = await RigAsync();
        await rig.Database.AdvanceAsync(TimeSpan.Zero);
        await rig.Database.ExecuteAsync("update task_manager.test_clock set now = '2026-01-15T12:00Z'");
        await rig.SendAsync(new Control(new ControlAction.SetScope(Scope, "small"), "tester", "test") { Id = Guid.CreateVersion7() });
        await SetAsync(rig, "small", rescan: TimeSpan.FromHours(6));
        var (first, other) = (Scan("192.0.2.1"), Scan("192.0.2.2"));

        await rig.SendAsync(first, first, Scan("192.0.2.1"), other);
        await rig.SendAsync(first, Scan("192.0.2.1"));
        Assert.Equal(2, rig.Runs.Count);
        Assert.Equal(
            [
                "target: the same 'target' was submitted just now; 'small' lets 6h pass in between",
                "target: the same 'target' was submitted at 2026-01-15 12:00:00Z; 'small' lets 6h pass in between",
            ],
            await rig.Database.RowsAsync(Refused));

        await rig.SendAsync([.. rig.Runs.Select(run => ManagerRig.Report(
            run, run.Id == other.Id ? new TaskOutcome.Failed(ErrorClass.Fatal, "broken") : Success))]);
        rig.Sent.Clear();
        await rig.Database.AdvanceAsync(TimeSpan.FromHours(1));
        await rig.SendAsync(Scan("192.0.2.1"), Scan("192.0.2.2"));
        Assert.Equal("192.0.2.2", Assert.Single(rig.Runs).Input.GetProperty("target").GetString());

        await rig.Database.AdvanceAsync(TimeSpan.FromHours(5));
        await rig.SendAsync(new Tick(Sweep.Housekeeping));
        Assert.Equal(["1"], await rig.Database.RowsAsync("select count(*) from task_manager.scanned"));
        rig.Sent.Clear();
        await rig.SendAsync(Scan("192.0.2.1"));
        Assert.Single(rig.Runs, run => run.Kind == "target");
    }

    [Theory]
    [InlineData("Succeeded", 0)]
    [InlineData("Failed", 1)]
    [InlineData("Cancelled", 1)]
    public async Task A_generator_may_come_again_when_its_collection_ended_badly(string end, int runs)
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(new Control(new ControlAction.SetScope(Scope, "small"), "tester", "test") { Id = Guid.CreateVersion7() });
        await SetAsync(rig, "small", rescan: TimeSpan.FromHours(6));
        var first = Maker("""{"count":2,"target":"192.0.2.1"}""");
        await rig.SendAsync(first);
        var (made, report) = await PlayedGenerator.RunAsync(Assert.Single(rig.Runs));
        rig.Sent.Clear();
        await rig.SendAsync([.. made, report]);
        if (end == "Cancelled")
            await rig.SendAsync(new Control(new ControlAction.Cancel(first.Id), "tester", "test") { Id = Guid.CreateVersion7() });
        else
            await rig.RunAllAsync(_ => end == "Failed" ? new TaskOutcome.Failed(ErrorClass.Fatal, "broken") : Success);
        Assert.Equal([$"Succeeded {end}"], await rig.Database.RowsAsync("""
            select t.state, c.state from task_manager.task t join task_manager.collection c on c.id = t.collection_id where t.kind = 'maker'
            """));
        rig.Sent.Clear();

        await rig.SendAsync(Maker("""{ "target": "192.0.2.1", "count": 2 }"""));

        Assert.Equal(runs, rig.Runs.Count);
        Assert.Equal(1 - runs, (await rig.Database.RowsAsync(Refused)).Count);
    }

    [Fact]
    public async Task Two_Managers_that_get_the_same_scan_at_once_let_one_of_them_in()
    {
        await using var rig = await RigAsync();
        await using var second = new ManagerRig(rig.Database);
        await second.StartAsync();
        await rig.SendAsync(new Control(new ControlAction.SetScope(Scope, "small"), "tester", "test") { Id = Guid.CreateVersion7() });
        await SetAsync(rig, "small", rescan: TimeSpan.FromHours(6));

        await System.Threading.Tasks.Task.WhenAll(
            Enumerable.Range(1, 20).SelectMany(host => new[] { rig, second }.Select(manager => manager.SendAsync(Scan($"192.0.2.{host}")))));

        Assert.Equal(["20 20"], await rig.Database.RowsAsync("select count(*), count(distinct input) from task_manager.task"));
    }

    private static ScanScope Scope { get; } = new(
        "tester", "test", DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, ["192.0.2.0/24"], AllowPrivate: true);

    private static CreateTask Scan(string target) =>
        new("target", JsonElement.Parse($$"""{"target":"{{target}}"}"""), Organisation: "small") { Id = Guid.CreateVersion7() };

    private static CreateCollection Maker(string input) =>
        new(new SequentialNode([new TaskNode("g", "maker", JsonElement.Parse(input))]), Organisation: "small") { Id = Guid.CreateVersion7() };

    private static Task<IReadOnlyList<string>> SetAsync(
        ManagerRig rig, string organisation, int? waiting = null, int? tasks = null, TimeSpan? rescan = null) => rig.SendAsync(
            new Control(new ControlAction.SetLimits(organisation, waiting, tasks, RescanInterval: rescan), "tester", "test")
            {
                Id = Guid.CreateVersion7(),
            });

    private static CreateTask Task(string organisation, int priority = 0) =>
        new("outside", Empty, Organisation: organisation, Priority: priority) { Id = Guid.CreateVersion7() };

    private static CreateCollection Collection(string organisation, int tasks) =>
        new(new ParallelNode([.. Enumerable.Range(0, tasks).Select(i => new TaskNode($"t{i}", "outside", Empty))]), Organisation: organisation)
        {
            Id = Guid.CreateVersion7(),
        };

    private async Task<ManagerRig> RigAsync(int slots = 10_000)
    {
        var rig = new ManagerRig(await cluster.CreateAsync(), slots: slots);
        await rig.StartAsync();
        await rig.Database.ExecuteAsync("insert into task_manager.organisation (name) values ('small'), ('other')");
        return rig;
    }
}
