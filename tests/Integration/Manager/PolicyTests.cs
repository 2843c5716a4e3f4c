using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Manager;

[Collection(ProductTests.Name)]
public class PolicyTests(ProductCluster cluster)
{
    private static readonly JsonElement Empty = JsonElement.Parse("{}");
    private static readonly TaskOutcome Success = new TaskOutcome.Succeeded();
    private static readonly TaskOutcome Failure = new TaskOutcome.Failed(ErrorClass.Fatal, "broken");

    [Theory]
    [InlineData(4, "PartiallyFailed", "Dispatched")]
    [InlineData(6, "Failed", "Pending")]
    public async Task Of_100_children_5_percent_may_fail_and_what_comes_next_starts(int failing, string state, string next)
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(Then(new ParallelNode(Children(100), Policy: new CompletionPolicy.Tolerate(Percent: 5))));

        await rig.SendAsync([.. rig.Runs.Select((run, i) => ManagerRig.Report(run, i < failing ? Failure : Success))]);

        Assert.Equal([state], await rig.Database.RowsAsync("select state from task_manager.container where parent_id is not null"));
        Assert.Equal([next], await rig.Database.RowsAsync("select state from task_manager.task where name = 'after'"));
    }

    [Fact]
    public async Task One_bad_end_too_many_cancels_the_rest_at_once()
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(Then(new ParallelNode(Children(10), Policy: new CompletionPolicy.Tolerate(Count: 2))));

        var runs = rig.Runs;
        foreach (var run in runs.Take(3))
            await rig.SendAsync(ManagerRig.Report(run, Failure));
        await rig.SendAsync(ManagerRig.Report(runs[3], Success));
        await rig.SendAsync(new Tick());

        Assert.Equal(
            ["Failed 3", "Cancelled 8"], await rig.Database.RowsAsync("select state, count(*) from task_manager.task group by state order by state"));
        Assert.Equal(["Failed"], await rig.Database.RowsAsync("select state from task_manager.collection"));
    }

    [Theory]
    [InlineData("", "Succeeded")]
    [InlineData("1", "PartiallyFailed")]
    [InlineData("012", "Failed")]
    public async Task Best_effort_in_a_sequence_runs_every_child_whatever_became_of_the_one_before(string failing, string state)
    {
        await using var rig = await RigAsync();
        var sequence = new SequentialNode(Children(3), Policy: new CompletionPolicy.BestEffort());
        await rig.SendAsync(new CreateCollection(sequence) { Id = Guid.CreateVersion7() });

        await rig.RunAllAsync(run => failing.Contains(run.Input.GetProperty("value").GetRawText(), StringComparison.Ordinal) ? Failure : Success);

        Assert.Equal(
            Enumerable.Range(0, 3).Select(i => $"{i} {(failing.Contains($"{i}", StringComparison.Ordinal) ? "Failed" : "Succeeded")}"),
            await rig.StatesAsync());
        Assert.Equal([state], await rig.Database.RowsAsync("select state from task_manager.collection"));
    }

    [Fact]
    public async Task Best_effort_with_one_slot_goes_on_after_bad_ends()
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(Then(new ParallelNode(Children(5), Policy: new CompletionPolicy.BestEffort(), MaxConcurrency: 1)));

        await rig.RunAllAsync(run => run.Input.TryGetProperty("value", out var value) && value.GetInt32() % 2 == 0 ? Failure : Success);

        Assert.Equal(
            ["0 Failed", "1 Succeeded", "2 Failed", "3 Succeeded", "4 Failed", "after Succeeded"], await rig.StatesAsync());
        Assert.Equal(["PartiallyFailed"], await rig.Database.RowsAsync("select state from task_manager.collection"));
    }

    [Theory]
    [InlineData("""{"type":"Tolerate"}""", "policy: Tolerate names either a count or a percent")]
    [InlineData("""{"type":"Tolerate","count":1,"percent":1}""", "policy: Tolerate names either a count or a percent")]
    [InlineData("""{"type":"Tolerate","percent":101}""", "policy: 101 percent is not from 0 to 100")]
    [InlineData("""{"type":"Tolerate","count":-1}""", "policy: a count of -1 is less than none")]
    [InlineData("""{"type":"Some"}""", "not a message")]
    public async Task A_policy_that_means_nothing_is_refused(string policy, string reason)
    {
        await using var rig = await RigAsync();

        var child = """{"type":"Task","name":"a","kind":"outside","input":{}}""";
        await rig.HandleAsync($$$"""{"type":"CreateCollection","root":{"type":"Parallel","policy":{{{policy}}},"children":[{{{child}}}]}}""");

        Assert.Contains(reason, Assert.Single(await rig.Database.RowsAsync("select reason from task_manager.quarantine")));
    }

    private static CreateCollection Then(CollectionNode first) =>
        new(new SequentialNode([first, new TaskNode("after", "outside", Empty)])) { Id = Guid.CreateVersion7() };

    private static CollectionNode[] Children(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new TaskNode($"{i}", "outside", JsonElement.Parse($$"""{"value":{{i}}}""")))];

    private async Task<ManagerRig> RigAsync()
    {
        var rig = new ManagerRig(await cluster.CreateAsync());
        await rig.StartAsync();
        return rig;
    }
}
