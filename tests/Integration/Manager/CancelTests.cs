using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres.Manager;
using TaskMesh.Postgres.Workers;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Manager;

[Collection(ProductTests.Name)]
public class CancelTests(ProductCluster cluster)
{
    private static readonly JsonElement Empty = JsonElement.Parse("{}");

    [Fact]
    public async Task However_many_containers_close_one_statement_moves_a_bounded_number_of_tasks()
    {
        await using var rig = await RigAsync();
        for (var i = 0; i < 3; i++)
            await rig.SendAsync(new CreateTask("inside", Empty) { Id = Guid.CreateVersion7() });
        await rig.Database.ExecuteAsync($"""
            insert into task_manager.task (id, collection_id, container_id, ordinal, state, priority, deadline, organisation, pool, kind, input)
            select gen_random_uuid(), collection_id, container_id, n, 'Pending', 0, deadline, organisation, pool, kind, input
              from task_manager.task cross join generate_series(1, {SweepStore.EmptyLimit - 1}) n;
            update task_manager.container set state = 'Cancelled', sweep = true;
            """);
        await using var manager = rig.Database.As("tm_manager");
        await using var connection = await manager.OpenConnectionAsync();

        Assert.InRange((await new SweepStore(connection).EmptyAsync(default)).Count, SweepStore.EmptyLimit, SweepStore.EmptyLimit + 3);
        await rig.SendAsync(new Tick());
        Assert.Equal(["Cancelled 15000"], await rig.Database.RowsAsync("select state, count(*) from task_manager.task group by state"));
    }

    [Theory]
    [InlineData("Pending")]
    [InlineData("Dispatched")]
    [InlineData("Running")]
    [InlineData("PendingTaskCreation")]
    public async Task A_task_is_cancelled_in_every_state(string state)
    {
        await using var rig = await RigAsync(slots: 1);
        await rig.SendAsync(new CreateCollection(new ParallelNode(
            [.. Enumerable.Range(0, 3).Select(i => new TaskNode($"t{i}", "inside", Empty))]))
        { Id = Guid.CreateVersion7() });
        var leases = new TaskLeases(rig.Database.As("tm_internal"), "w1");
        var run = rig.Runs[0];
        if (state is "Running" or "PendingTaskCreation")
            await leases.ClaimAsync([run], default);
        if (state == "PendingTaskCreation")
            await rig.Database.ExecuteAsync($"update task_manager.task set state = 'PendingTaskCreation' where id = '{run.Id}'");
        var id = state == "Pending" ? await rig.Database.ScalarAsync<Guid>("select id from task_manager.task where state = 'Pending'") : run.Id;

        await ControlAsync(rig, new ControlAction.Cancel(id));
        await rig.SendAsync(ManagerRig.Report(run with { Id = id }, new TaskOutcome.Succeeded()));

        Assert.Equal(
            ["Cancelled cancelled by tester: because"],
            await rig.Database.RowsAsync($"select state, reason from task_manager.task where id = '{id}'"));
        Assert.Equal(StopCause.Lost, (await leases.StopsAsync([new Lease(run.Id, run.Attempt, run.Nonce)], default))[run.Id]);
        Assert.Equal(["Failed"], await rig.Database.RowsAsync("select state from task_manager.collection"));
    }

    [Fact]
    public async Task A_cancelled_collection_refuses_its_children_before_any_row_is_moved()
    {
        await using var rig = await RigAsync(slots: 1);
        var cancelled = new CreateCollection(new ParallelNode(
            [.. Enumerable.Range(0, 9).Select(i => new TaskNode($"t{i}", "inside", Empty))]), Priority: 9)
        { Id = Guid.CreateVersion7() };
        await rig.SendAsync(new CreateTask("inside", Empty, Name: "other") { Id = Guid.CreateVersion7() });
        await rig.SendAsync(cancelled, new CreateTask("inside", Empty, Name: "waits") { Id = Guid.CreateVersion7() });
        var (other, child) = (rig.Runs[0], rig.Runs[1]);
        Assert.Equal(cancelled.Id, child.Collection);
        await rig.Database.ExecuteAsync("update task_manager.control_state set last_sweep = 'infinity'");

        await ControlAsync(rig, new ControlAction.Cancel(cancelled.Id));
        Assert.Equal(
            ClaimAnswer.Superseded.Instance, Assert.Single(await new TaskLeases(rig.Database.As("tm_internal"), "w1").ClaimAsync([child], default)));
        await rig.SendAsync(
            ManagerRig.Report(child, new TaskOutcome.Succeeded()), ManagerRig.Report(other, new TaskOutcome.Succeeded()));

        Assert.Equal(["Cancelled"], await rig.Database.RowsAsync($"select state from task_manager.collection where id = '{cancelled.Id}'"));
        Assert.Equal(
            ["Dispatched 1", "Pending 8"],
            await rig.Database.RowsAsync($"""
                select state, count(*) from task_manager.task where collection_id = '{cancelled.Id}' group by state order by state desc
                """));
        Assert.NotEqual(cancelled.Id, rig.Runs[^1].Collection);
    }

    [Theory]
    [InlineData("first")]
    [InlineData("second")]
    public async Task A_subtree_is_cancelled_whether_it_runs_or_waits_and_its_parent_hears_of_it(string name)
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(new CreateCollection(new SequentialNode(
        [
            new ParallelNode([new TaskNode("a", "inside", Empty)], "first"),
            new ParallelNode([new SequentialNode([new TaskNode("b", "inside", Empty)])], "second"),
        ]))
        { Id = Guid.CreateVersion7() });
        var id = await rig.Database.ScalarAsync<Guid>($"select id from task_manager.container where name = '{name}'");

        await ControlAsync(rig, new ControlAction.Cancel(id));
        await rig.SendAsync(new Tick());

        Assert.Equal(["a Cancelled", "b Cancelled"], await rig.StatesAsync());
        Assert.Equal(["Failed"], await rig.Database.RowsAsync("select state from task_manager.collection"));
        Assert.Equal(["0"], await rig.Database.RowsAsync("select sum(in_flight) from task_manager.pool"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_child_that_is_cancelled_before_its_turn_keeps_the_others_in_their_order(int cancelled)
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(new CreateCollection(new SequentialNode(
            [.. Enumerable.Range(0, 4).Select(i => new TaskNode($"t{i}", "inside", Empty))], Policy: new CompletionPolicy.BestEffort()))
        { Id = Guid.CreateVersion7() });
        var id = await rig.Database.ScalarAsync<Guid>($"select id from task_manager.task where name = 't{cancelled}'");

        await ControlAsync(rig, new ControlAction.Cancel(id));
        Assert.Single(rig.Runs);
        var order = new List<string>();
        while (rig.Runs.Count > 0)
        {
            var run = Assert.Single(rig.Runs);
            order.Add(await rig.Database.ScalarAsync<string>($"select name from task_manager.task where id = '{run.Id}'"));
            rig.Sent.Clear();
            await rig.SendAsync(ManagerRig.Report(run, new TaskOutcome.Succeeded()));
        }

        Assert.Equal(Enumerable.Range(0, 4).Where(i => i != cancelled).Select(i => $"t{i}"), order);
        Assert.Equal(["PartiallyFailed"], await rig.Database.RowsAsync("select state from task_manager.collection"));
    }

    public static TheoryData<CollectionNode, string, string> Waiting()
    {
        TaskNode[] children = [new("a", "inside", Empty), new("b", "inside", Empty), new("c", "inside", Empty)];
        var go = new CompletionPolicy.BestEffort();
        return new()
        {
            { new SequentialNode(children, "later", go), "b", "a Succeeded, b Cancelled, c Succeeded, first Succeeded: PartiallyFailed" },
            { new ParallelNode(children, "later", go), "b", "a Succeeded, b Cancelled, c Succeeded, first Succeeded: PartiallyFailed" },
            {
                new ParallelNode(children, "later", go, MaxConcurrency: 1), "a",
                "a Cancelled, b Succeeded, c Succeeded, first Succeeded: PartiallyFailed"
            },
            { new ParallelNode(children, "later", go), "abc", "a Cancelled, b Cancelled, c Cancelled, first Succeeded: PartiallyFailed" },
            { new SequentialNode(children, "later", go), "cba", "a Cancelled, b Cancelled, c Cancelled, first Succeeded: PartiallyFailed" },
            { new SequentialNode(children, "later"), "c", "a Cancelled, b Cancelled, c Cancelled, first Succeeded: PartiallyFailed" },
            { new ParallelNode(children, "later"), "c", "a Cancelled, b Cancelled, c Cancelled, first Succeeded: PartiallyFailed" },
            {
                new ParallelNode([new SequentialNode(children, "inner", go), new TaskNode("d", "inside", Empty)], "later", go), "ac",
                "a Cancelled, b Succeeded, c Cancelled, d Succeeded, first Succeeded: PartiallyFailed"
            },
        };
    }

    [Theory]
    [MemberData(nameof(Waiting))]
    public async Task Tasks_are_cancelled_before_their_container_has_started(CollectionNode later, string cancelled, string expected)
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(new CreateCollection(new SequentialNode(
            [new TaskNode("first", "inside", Empty), later], Policy: new CompletionPolicy.BestEffort()))
        { Id = Guid.CreateVersion7() });

        foreach (var name in cancelled)
        {
            var id = await rig.Database.ScalarAsync<Guid>($"select id from task_manager.task where name = '{name}'");
            await ControlAsync(rig, new ControlAction.Cancel(id));
        }
        Assert.Single(rig.Runs);
        var ran = new HashSet<Guid>();
        await rig.RunAllAsync(run => ran.Add(run.Id) ? new TaskOutcome.Succeeded() : throw new InvalidOperationException("ran twice"));
        await rig.SendAsync(new Tick());

        var ended = await rig.Database.RowsAsync("select state from task_manager.collection");
        Assert.Equal(expected, $"{string.Join(", ", await rig.StatesAsync())}: {Assert.Single(ended)}");
        Assert.Equal(expected.Split("Succeeded").Length - 1, ran.Count);
        Assert.Empty(await rig.Database.RowsAsync("select task_id from task_manager.dead_letter"));
        Assert.Equal(["0"], await rig.Database.RowsAsync("select sum(in_flight) from task_manager.pool"));
    }

    private static Task<IReadOnlyList<string>> ControlAsync(ManagerRig rig, ControlAction action) =>
        rig.SendAsync(new Control(action, "tester", "because") { Id = Guid.CreateVersion7() });

    private async Task<ManagerRig> RigAsync(int slots = 100)
    {
        var rig = new ManagerRig(await cluster.CreateAsync(), slots: slots);
        await rig.StartAsync();
        return rig;
    }
}
