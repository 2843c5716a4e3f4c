using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres.Reading;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Manager;

[Collection(ProductTests.Name)]
public class WorkflowTests(ProductCluster cluster)
{
    private static readonly JsonElement Empty = JsonElement.Parse("{}");
    private static readonly TaskOutcome Success = new TaskOutcome.Succeeded(JsonElement.Parse("""{"value":{"rows":[1,2]}}"""));

    [Fact]
    public async Task A_task_alone_is_a_collection_of_one()
    {
        await using var rig = await RigAsync();
        var task = new CreateTask("outside", Empty) { Id = Guid.CreateVersion7() };

        await rig.SendAsync(task);
        var run = Assert.Single(rig.Runs);
        await rig.RunAllAsync(_ => Success);

        Assert.Equal((task.Id, 1, "outside"), (run.Id, run.Attempt, run.Kind));
        Assert.Equal(["Succeeded"], await rig.Database.RowsAsync("select state from task_manager.collection"));
        Assert.Equal(["Dispatched 1", "Succeeded 1"], await rig.Database.RowsAsync("select state, attempt from task_manager.task_event order by at"));
        Assert.Equal(0, await rig.Database.ScalarAsync<int>("select in_flight from task_manager.pool where name = 'external'"));
    }

    [Fact]
    public async Task What_was_thrown_in_a_task_is_kept_with_it()
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(new CreateTask("outside", Empty) { Id = Guid.CreateVersion7() });
        var run = Assert.Single(rig.Runs);

        await rig.SendAsync(ManagerRig.Report(run, new TaskOutcome.Failed(ErrorClass.Fatal, "Exception: oh\0", Stack: "   at Probe.Send()\0")));

        await using var reading = rig.Database.As("tm_reader");
        var task = await new MeshReader(reading).TaskAsync(run.Id, default);
        Assert.Equal(("Failed", "Exception: oh\uFFFD", "   at Probe.Send()\uFFFD"), (task!.State, task.Reason, task.Stack));
    }

    [Fact]
    public async Task Tasks_of_a_sequence_run_one_after_the_other_and_take_earlier_outputs()
    {
        await using var rig = await RigAsync();
        var second = JsonElement.Parse("""{"value":{"$from":"first","path":"/value/rows/1"}}""");

        await rig.SendAsync(Collection(new SequentialNode([new TaskNode("first", "outside", Empty), new TaskNode("second", "outside", second)])));
        Assert.Equal("first", await NameOfAsync(rig, Assert.Single(rig.Runs)));
        await rig.SendAsync(ManagerRig.Report(rig.Runs[0], Success));

        Assert.Equal("""{"value":2}""", rig.Runs[1].Input.GetRawText());
        await rig.SendAsync(ManagerRig.Report(rig.Runs[1], Success));
        Assert.Equal(["Succeeded"], await rig.Database.RowsAsync("select state from task_manager.collection"));
    }

    [Fact]
    public async Task A_kind_with_data_access_gets_its_references_unresolved()
    {
        await using var rig = await RigAsync();
        var reference = JsonElement.Parse("""{"value":{"$from":"first"}}""");

        await rig.SendAsync(Collection(new SequentialNode([new TaskNode("first", "outside", Empty), new TaskNode("second", "inside", reference)])));
        await rig.SendAsync(ManagerRig.Report(rig.Runs[0], Success));

        Assert.Equal(rig.Runs[0].Id, rig.Runs[1].Sources!["first"]);
        Assert.Equal("""{"value":{"$from":"first"}}""", rig.Runs[1].Input.GetRawText());
    }

    [Fact]
    public async Task A_reference_that_points_at_nothing_fails_the_task_with_the_reason()
    {
        await using var rig = await RigAsync();
        var reference = JsonElement.Parse("""{"value":{"$from":"first","path":"/nothing"}}""");

        await rig.SendAsync(Collection(new SequentialNode([new TaskNode("first", "outside", Empty), new TaskNode("second", "outside", reference)])));
        await rig.RunAllAsync(_ => Success);

        Assert.Equal(["Failed $from: the output of 'first' has nothing at '/nothing'"],
            await rig.Database.RowsAsync("select state, reason from task_manager.task where name = 'second'"));
        Assert.Equal(["Failed"], await rig.Database.RowsAsync("select state from task_manager.collection"));
    }

    [Fact]
    public async Task Nested_containers_open_and_close_in_order()
    {
        await using var rig = await RigAsync();
        var order = new List<string>();

        await rig.SendAsync(Collection(new SequentialNode(
        [
            new ParallelNode(
                [new TaskNode("a", "outside", Empty), new SequentialNode([new TaskNode("b", "inside", Empty), new TaskNode("c", "raw", Empty)])]),
            new ParallelNode(
                [new TaskNode("d", "outside", Empty), new TaskNode("e", "inside", Empty), new TaskNode("f", "inside", Empty)], MaxConcurrency: 1),
            new TaskNode("g", "outside", Empty),
        ])));
        while (rig.Sent.Count > 0)
        {
            order.Add(string.Concat((await Task.WhenAll(rig.Runs.Select(run => NameOfAsync(rig, run)))).Order()));
            var runs = rig.Runs;
            rig.Sent.Clear();
            await rig.SendAsync([.. runs.Select(run => ManagerRig.Report(run, Success))]);
        }

        Assert.Equal(["ab", "c", "d", "e", "f", "g"], order);
        Assert.Equal(["Succeeded 4"], await rig.Database.RowsAsync("select state, count(*) from task_manager.container group by state"));
    }

    [Fact]
    public async Task The_first_bad_end_fails_the_container_and_cancels_the_rest()
    {
        await using var rig = await RigAsync();

        await rig.SendAsync(Collection(new SequentialNode(
        [
            new ParallelNode([new TaskNode("a", "outside", Empty), new TaskNode("b", "outside", Empty), new TaskNode("c", "inside", Empty)]),
            new SequentialNode([new TaskNode("d", "outside", Empty)]),
        ])));
        var bad = rig.Runs[0];
        await rig.SendAsync(ManagerRig.Report(bad, new TaskOutcome.Failed(ErrorClass.Fatal, "broken")));
        await rig.SendAsync(new Tick());

        Assert.Equal(["a Failed", "b Cancelled", "c Cancelled", "d Cancelled"], await rig.StatesAsync());
        Assert.Equal(["Failed"], await rig.Database.RowsAsync("select state from task_manager.collection"));
        Assert.Equal(["0"], await rig.Database.RowsAsync("select sum(in_flight) from task_manager.pool"));
    }

    [Fact]
    public async Task A_failure_is_tried_again_after_its_back_off_and_the_last_one_stays()
    {
        await using var rig = await RigAsync();
        var failure = new TaskOutcome.Failed(ErrorClass.Retryable, "not now");

        await rig.SendAsync(new CreateTask("outside", Empty) { Id = Guid.CreateVersion7() });
        await rig.SendAsync(ManagerRig.Report(rig.Runs[0], failure));
        Assert.Equal(["Pending 1 not now"], await rig.Database.RowsAsync("select state, failures, reason from task_manager.task"));
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(11));
        await rig.SendAsync(new Tick(Sweep.Waits));

        Assert.Equal(2, rig.Runs[^1].Attempt);
        await rig.SendAsync(ManagerRig.Report(rig.Runs[^1], failure));
        Assert.Equal(["Failed 2 not now"], await rig.Database.RowsAsync("select state, failures, reason from task_manager.task"));
    }

    [Fact]
    public async Task A_yield_keeps_the_checkpoint_and_counts_no_failure()
    {
        await using var rig = await RigAsync();

        await rig.SendAsync(new CreateTask("outside", Empty) { Id = Guid.CreateVersion7() });
        await rig.SendAsync(ManagerRig.Report(rig.Runs[0], new TaskOutcome.Yielded(TimeSpan.FromSeconds(30), JsonElement.Parse("""{"at":7}"""))));
        var reminder = rig.Sent[^1];
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(31));
        await rig.HandleAsync(reminder.Body);

        Assert.Equal(TimeSpan.FromSeconds(30), reminder.Delay);
        Assert.Equal((2, """{"at":7}"""), (rig.Runs[^1].Attempt, rig.Runs[^1].Checkpoint?.GetRawText()));
        Assert.Equal(["0"], await rig.Database.RowsAsync("select failures from task_manager.task"));
    }

    [Fact]
    public async Task A_collection_past_its_deadline_times_out_with_all_its_tasks()
    {
        await using var rig = await RigAsync();

        var sequence = new SequentialNode([new TaskNode("a", "outside", Empty), new TaskNode("b", "outside", Empty)]);
        await rig.SendAsync(Collection(sequence) with { Deadline = TimeSpan.FromMinutes(5) });
        await rig.Database.AdvanceAsync(TimeSpan.FromMinutes(6));
        await rig.SendAsync(new Tick());

        Assert.Equal(["a Timeout", "b Timeout"], await rig.StatesAsync());
        Assert.Equal(["Timeout"], await rig.Database.RowsAsync("select state from task_manager.collection"));
    }

    [Fact]
    public async Task Cancelling_ends_a_collection_and_later_reports_change_nothing()
    {
        await using var rig = await RigAsync();
        var collection = Collection(new ParallelNode([new TaskNode("a", "outside", Empty), new TaskNode("b", "outside", Empty)], MaxConcurrency: 1));

        await rig.SendAsync(collection);
        var run = Assert.Single(rig.Runs);
        await rig.SendAsync(new Control(new ControlAction.Cancel(collection.Id), "tester", "enough") { Id = Guid.CreateVersion7() });
        await rig.SendAsync(ManagerRig.Report(run, Success));
        await rig.SendAsync(new Tick());

        Assert.Equal(["a Cancelled", "b Cancelled"], await rig.StatesAsync());
        Assert.Equal(["tester enough"], await rig.Database.RowsAsync("select who, why from task_manager.audit"));
    }

    private static CreateCollection Collection(CollectionNode root) => new(root) { Id = Guid.CreateVersion7() };

    private static async Task<string> NameOfAsync(ManagerRig rig, RunTask run) =>
        await rig.Database.ScalarAsync<string>($"select name from task_manager.task where id = '{run.Id}'");

    private async Task<ManagerRig> RigAsync()
    {
        var rig = new ManagerRig(await cluster.CreateAsync());
        await rig.StartAsync();
        return rig;
    }
}
