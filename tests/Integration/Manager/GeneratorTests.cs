using System.Text.Json;
using TaskMesh.Core;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Workflow;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Manager;

[Collection(ProductTests.Name)]
public class GeneratorTests(ProductCluster cluster)
{
    private static readonly JsonElement Empty = JsonElement.Parse("{}");
    private static readonly TaskOutcome Success = new TaskOutcome.Succeeded(JsonElement.Parse("""{"value":1}"""));
    private static readonly TaskOutcome Failure = new TaskOutcome.Failed(ErrorClass.Fatal, "broken");

    [Fact]
    public async Task A_generator_makes_its_children_and_what_comes_next_waits_for_all_of_them()
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(GeneratorThen(16));
        var (made, report) = await PlayedGenerator.RunAsync(Assert.Single(rig.Runs));

        rig.Sent.Clear();
        await rig.SendAsync([.. made, report]);

        Assert.Equal(16, rig.Runs.Count);
        Assert.Equal(["after Pending", "g Succeeded"], await HandWrittenAsync(rig));
        Assert.Equal(["16"], await rig.Database.RowsAsync("select count(*) from task_manager.task t join task_manager.task g on g.id = t.parent_id"));
        Assert.Equal(Enumerable.Range(0, 16), rig.Runs.Select(run => run.Input.GetProperty("value").GetInt32()).Order());
        await rig.RunAllAsync(_ => Success);
        Assert.Equal(["Succeeded 18"], await rig.Database.RowsAsync("select state, count(*) from task_manager.task group by state"));
        Assert.Equal(["Succeeded"], await rig.Database.RowsAsync("select state from task_manager.collection"));
    }

    [Fact]
    public async Task A_report_that_overtakes_the_children_closes_nothing()
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(GeneratorThen(2_500));
        var (made, report) = await PlayedGenerator.RunAsync(Assert.Single(rig.Runs));
        Assert.True(made.Count >= 3);

        await rig.SendAsync(report);
        Assert.Equal(["after Pending", "g PendingTaskCreation"], await HandWrittenAsync(rig));
        foreach (var message in made.Reverse())
        {
            Assert.Equal(["Running"], await rig.Database.RowsAsync("select state from task_manager.collection"));
            Assert.Equal("g PendingTaskCreation", (await HandWrittenAsync(rig))[1]);
            await rig.SendAsync(message);
            await rig.RunAllAsync(_ => Success);
        }

        Assert.Equal(["after Succeeded", "g Succeeded"], await HandWrittenAsync(rig));
        Assert.Equal(["Succeeded"], await rig.Database.RowsAsync("select state from task_manager.collection"));
        Assert.Equal(["0"], await rig.Database.RowsAsync("select sum(in_flight) from task_manager.pool"));
    }

    [Fact]
    public async Task A_generator_that_dies_half_way_makes_the_same_children_again()
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(GeneratorThen(2_500));
        var (firstTime, _) = await PlayedGenerator.RunAsync(rig.Runs[0]);
        await rig.SendAsync([.. firstTime.Take(2)]);
        await rig.SendAsync(ManagerRig.Report(rig.Runs[0], new TaskOutcome.Failed(ErrorClass.Infrastructure, "worker lost")));
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(5));
        await rig.SendAsync(new Tick());

        var again = rig.Runs.Last(run => run.Kind == "maker");
        Assert.Equal(2, again.Attempt);
        var (secondTime, report) = await PlayedGenerator.RunAsync(again);
        await rig.SendAsync([.. secondTime, .. firstTime, report, report]);

        Assert.Equal("g Succeeded", (await HandWrittenAsync(rig))[1]);
        Assert.Equal(["2500 2500"],
            await rig.Database.RowsAsync("select count(*), count(distinct input) from task_manager.task where parent_id is not null"));
        Assert.Equal(["2500 0"], await rig.Database.RowsAsync(
            "select children, open_generators from task_manager.container where filled"));
        Assert.Empty(await rig.Database.RowsAsync("select reason from task_manager.quarantine"));
    }

    [Fact]
    public async Task A_generator_without_children_succeeds_at_once_and_so_does_its_container()
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(GeneratorThen(0));

        var (made, report) = await PlayedGenerator.RunAsync(rig.Runs[0]);
        await rig.SendAsync(report);

        Assert.Empty(made);
        Assert.Equal(["after Dispatched", "g Succeeded"], await HandWrittenAsync(rig));
        Assert.DoesNotContain(await rig.Database.RowsAsync("select state from task_manager.task_event"), state => state == "PendingTaskCreation");
    }

    [Fact]
    public async Task A_generator_whose_attempts_make_different_children_fails()
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(GeneratorThen(3));
        var run = rig.Runs[0];
        var one = JsonElement.Parse("""[{"value":1}]""").EnumerateArray().ToArray();

        await rig.SendAsync(
            new CreateTask("outside", Empty, Generated: new Generated(run.Collection, run.Id, 0, Inputs: one)) { Id = Guid.CreateVersion7() },
            new CreateTask("inside", Empty, Generated: new Generated(run.Collection, run.Id, 0, Inputs: one)) { Id = Guid.CreateVersion7() },
            ManagerRig.Report(run, new TaskOutcome.Succeeded(
                Empty, Children: ChildCount.Of(DerivedId.OfChild(run.Collection, run.Id, "inside", 0)))));

        Assert.Equal(["Failed its attempts made 2 different children, the last one declared 1"],
            await rig.Database.RowsAsync("select state, reason from task_manager.task where name = 'g'"));
    }

    [Fact]
    public async Task Children_go_into_the_container_that_the_input_names_and_its_policy_judges_them()
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(Collection(new SequentialNode(
        [
            new TaskNode("g", "maker", JsonElement.Parse("""{"count":10,"into":"shards"}""")),
            new ParallelNode([], "shards", new CompletionPolicy.Tolerate(Percent: 20), MaxConcurrency: 3),
            new TaskNode("after", "outside", Empty),
        ])));
        var (made, report) = await PlayedGenerator.RunAsync(rig.Runs[0]);

        rig.Sent.Clear();
        await rig.SendAsync([.. made, report]);
        Assert.Equal(3, rig.Runs.Count);
        var most = 0;
        while (rig.Runs.Any(run => run.Input.TryGetProperty("value", out _)))
        {
            var runs = rig.Runs;
            most = Math.Max(most, runs.Count);
            rig.Sent.Clear();
            await rig.SendAsync([.. runs.Select(run => ManagerRig.Report(run, run.Input.GetProperty("value").GetInt32() < 2 ? Failure : Success))]);
        }

        Assert.Equal(3, most);
        Assert.Equal(["PartiallyFailed 10"], await rig.Database.RowsAsync("select state, children from task_manager.container where filled"));
        Assert.Equal(["after Dispatched", "g Succeeded"], await HandWrittenAsync(rig));
    }

    [Fact]
    public async Task Children_that_came_before_their_container_started_start_with_it()
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(Collection(new SequentialNode(
        [
            new TaskNode("g", "maker", JsonElement.Parse("""{"count":20,"into":"later"}""")),
            new TaskNode("between", "outside", Empty),
            new ParallelNode([new TaskNode("by hand", "outside", Empty)], "later"),
        ])));
        var (made, report) = await PlayedGenerator.RunAsync(rig.Runs[0]);

        rig.Sent.Clear();
        await rig.SendAsync([.. made, report]);
        Assert.Single(rig.Runs);
        await rig.SendAsync(ManagerRig.Report(rig.Runs[0], Success));
        Assert.Equal(22, rig.Runs.Count);
        await rig.RunAllAsync(_ => Success);

        Assert.Equal(["Succeeded"], await rig.Database.RowsAsync("select state from task_manager.collection"));
    }

    [Fact]
    public async Task A_generator_that_fails_leaves_a_container_that_closes_with_what_exists()
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(Collection(new ParallelNode(
        [
            new TaskNode("g", "maker", JsonElement.Parse("""{"count":10,"into":"shards"}""")),
            new ParallelNode([], "shards"),
        ], Policy: new CompletionPolicy.BestEffort())));
        var run = rig.Runs[0];
        var (made, _) = await PlayedGenerator.RunAsync(run);

        await rig.SendAsync([.. made]);
        await rig.SendAsync(ManagerRig.Report(run, Failure));
        await rig.SendAsync([.. made]);
        await rig.RunAllAsync(_ => Success);

        Assert.Equal(["PartiallyFailed"], await rig.Database.RowsAsync("select state from task_manager.collection"));
        Assert.Equal(["Succeeded 10"], await rig.Database.RowsAsync("select state, children from task_manager.container where filled"));
    }

    [Fact]
    public async Task A_child_outside_the_scope_is_there_and_has_failed()
    {
        await using var rig = await RigAsync();
        var scope = new ScanScope(
            "me", "ticket", DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, ["192.0.2.0/24"], AllowPrivate: true);
        await rig.SendAsync(new Control(new ControlAction.SetScope(scope), "tester", "test") { Id = Guid.CreateVersion7() });
        await rig.SendAsync(Collection(new SequentialNode(
        [
            new TaskNode("g", "maker", JsonElement.Parse("""{"count":3,"into":"shards"}""")),
            new ParallelNode([], "shards", new CompletionPolicy.BestEffort()),
        ])));
        var run = rig.Runs[0];
        rig.Sent.Clear();
        string[] targets = ["""{"target":"192.0.2.7"}""", """{"target":"198.51.100.1"}""", """{"target":"nowhere"}"""];
        var made = new CreateTask("target", Empty, Generated: new Generated(
            run.Collection, run.Id, 0, Inputs: [.. targets.Select(target => JsonElement.Parse(target))]))
        { Id = Guid.CreateVersion7() };
        var declared = Enumerable.Range(0, 3).Select(i => ChildCount.Of(DerivedId.OfChild(run.Collection, run.Id, "target", i)))
            .Aggregate(ChildCount.Add);

        await rig.SendAsync(made, made, ManagerRig.Report(run, new TaskOutcome.Succeeded(Empty, Children: declared)));
        await rig.RunAllAsync(_ => Success);

        var rows = await rig.Database.RowsAsync("select state, reason from task_manager.task where kind = 'target' order by ordinal");
        Assert.Equal("Succeeded -", rows[0]);
        Assert.StartsWith("Failed scope: '198.51.100.1' is outside the scope", rows[1]);
        Assert.StartsWith("Failed target: ", rows[2]);
        Assert.Equal(["PartiallyFailed"], await rig.Database.RowsAsync("select state from task_manager.collection"));
    }

    [Fact]
    public async Task One_slot_and_a_parent_of_50_children_do_not_wait_for_each_other()
    {
        await using var rig = await RigAsync(slots: 1);
        await rig.SendAsync(GeneratorThen(50));

        await PlayedGenerator.RunAllAsync(rig);

        Assert.Equal(["Succeeded 52"], await rig.Database.RowsAsync("select state, count(*) from task_manager.task group by state"));
    }

    [Fact]
    public async Task Cancelling_refuses_children_that_are_still_on_their_way()
    {
        await using var rig = await RigAsync();
        var collection = GeneratorThen(2_000);
        await rig.SendAsync(collection);
        var (made, report) = await PlayedGenerator.RunAsync(rig.Runs[0]);
        await rig.SendAsync(made[0]);

        await rig.SendAsync(new Control(new ControlAction.Cancel(collection.Id), "tester", "enough") { Id = Guid.CreateVersion7() });
        rig.Sent.Clear();
        await rig.SendAsync([.. made, report]);
        await rig.SendAsync(new Tick());

        Assert.Empty(rig.Runs);
        Assert.Equal(["Cancelled"], await rig.Database.RowsAsync("select distinct state from task_manager.task"));
        Assert.Equal(["0"], await rig.Database.RowsAsync("select sum(in_flight) from task_manager.pool"));
    }

    [Fact]
    public async Task Bad_messages_of_generators_are_quarantined_and_harm_no_neighbour()
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(GeneratorThen(1));
        var run = rig.Runs[0];
        var (made, report) = await PlayedGenerator.RunAsync(run);
        var nobody = Guid.CreateVersion7();

        await rig.SendAsync(
            Made(new Generated(run.Collection, nobody, 0, Count: 1)),
            Made(new Generated(nobody, run.Id, 0, Count: 1)),
            Made(new Generated(run.Collection, run.Id, 0)),
            Made(new Generated(run.Collection, run.Id, 0, Count: 1_001)),
            Made(new Generated(run.Collection, run.Id, -1, Count: 1)),
            Made(new Generated(run.Collection, run.Id, int.MaxValue, Count: 1)),
            made[0],
            report);
        await rig.SendAsync(Made(new Generated(run.Collection, run.Id, 0, Inputs: [JsonElement.Parse("""{"value":"other"}""")])));

        Assert.Equal("g Succeeded", (await HandWrittenAsync(rig))[1]);
        Assert.Equal(
            [
                $"generated.parent: there is no generator {nobody}",
                $"generated.collection: generator {run.Id} is of {run.Collection}, not of {nobody}",
                "generated: names either a count or inputs",
                "generated: a message makes 1 to 1000 children, not 1001",
                "generated: ordinals go from 0 to 9999999, not to -1",
                $"generated: ordinals go from 0 to 9999999, not to {int.MaxValue}",
            ],
            await rig.Database.RowsAsync("select reason from task_manager.quarantine order by id"));

        static CreateTask Made(Generated generated) => new("outside", Empty, Generated: generated) { Id = Guid.CreateVersion7() };
    }

    private static CreateCollection GeneratorThen(int count) => Collection(new SequentialNode(
        [new TaskNode("g", "maker", JsonElement.Parse($$"""{"count":{{count}}}""")), new TaskNode("after", "outside", Empty)]));

    private static CreateCollection Collection(CollectionNode root) => new(root) { Id = Guid.CreateVersion7() };

    private static Task<IReadOnlyList<string>> HandWrittenAsync(ManagerRig rig) =>
        rig.Database.RowsAsync("select name, state from task_manager.task where parent_id is null order by name");

    private async Task<ManagerRig> RigAsync(int slots = 10_000)
    {
        var rig = new ManagerRig(await cluster.CreateAsync(), slots: slots);
        await rig.StartAsync();
        return rig;
    }
}
