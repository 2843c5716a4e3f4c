using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Manager;

[Collection(ProductTests.Name)]
public class FairnessTests(ProductCluster cluster)
{
    private static readonly JsonElement Empty = JsonElement.Parse("{}");

    [Fact]
    public async Task Organisations_with_unequal_backlogs_get_equal_shares()
    {
        await using var rig = await RigAsync(slots: 1, "alpha", "beta", "gamma");
        await SubmitAsync(rig, "alpha", 40);
        await SubmitAsync(rig, "beta", 8);
        await SubmitAsync(rig, "gamma", 12);

        var order = await RunInTurnAsync(rig);

        Assert.All(order.Skip(2).Take(24).Chunk(3), round => Assert.Equal(["alpha", "beta", "gamma"], round.Order()));
        Assert.Equal(60, order.Count);
        Assert.All(order.Skip(40), organisation => Assert.Equal("alpha", organisation));
    }

    [Fact]
    public async Task A_room_for_many_is_shared_too_and_what_one_cannot_use_another_gets()
    {
        await using var rig = await RigAsync(slots: 5, "alpha", "beta");
        await SubmitAsync(rig, "alpha", 100);
        await SubmitAsync(rig, "beta", 3);
        var first = rig.Runs;
        rig.Sent.Clear();

        await rig.SendAsync([.. first.Select(run => ManagerRig.Report(run, new TaskOutcome.Succeeded()))]);

        Assert.Equal(10, first.Count);
        Assert.Equal(7, rig.Runs.Count(run => run.Organisation == "alpha"));
        Assert.Equal(3, rig.Runs.Count(run => run.Organisation == "beta"));
    }

    [Fact]
    public async Task New_tasks_of_one_batch_that_do_not_all_fit_share_the_room_by_the_same_rules()
    {
        await using var rig = await RigAsync(slots: 2, "alpha", "beta");

        await rig.SendAsync(
            [.. Enumerable.Range(0, 10).Select(_ => Task("alpha")), Task("beta"), Task("beta"), Task("alpha", priority: 5)]);

        Assert.Equal(["alpha 0", "alpha 5", "beta 0", "beta 0"], await rig.Database.RowsAsync(
            "select organisation, priority from task_manager.task where state = 'Dispatched' order by organisation, priority"));
    }

    [Fact]
    public async Task An_urgent_task_overtakes_a_backlog_of_100000()
    {
        await using var rig = await RigAsync(slots: 1, "alpha");
        await SubmitAsync(rig, "alpha", 4);
        await BacklogAsync(rig, 100_000);
        await rig.SendAsync(Task("default", priority: 10));
        var busy = rig.Runs;
        rig.Sent.Clear();

        await rig.SendAsync(ManagerRig.Report(busy[0], new TaskOutcome.Succeeded()));

        Assert.Equal("default", Assert.Single(rig.Runs).Organisation);
    }

    [Fact]
    public async Task What_comes_back_from_a_lost_worker_goes_before_what_never_ran()
    {
        await using var rig = await RigAsync(slots: 1, "alpha");
        await SubmitAsync(rig, "alpha", 2);
        var lost = rig.Runs;
        await BacklogAsync(rig, 10);
        await rig.Database.AdvanceAsync(TimeSpan.FromHours(1));
        rig.Sent.Clear();

        await rig.SendAsync(new Tick());

        Assert.Equal(lost.Select(run => (run.Id, run.Attempt + 1)).Order(), rig.Runs.Select(run => (run.Id, run.Attempt)).Order());
    }

    [Fact]
    public async Task Tasks_of_closed_containers_hold_nobody_up()
    {
        await using var rig = await RigAsync(slots: 1, "alpha");
        await SubmitAsync(rig, "alpha", 2);
        await BacklogAsync(rig, 10);
        await rig.SendAsync(Task("alpha"));
        await rig.Database.ExecuteAsync("update task_manager.container set state = 'Cancelled' where name = 'backlog'");
        var busy = rig.Runs;
        rig.Sent.Clear();

        await rig.SendAsync(ManagerRig.Report(busy[0], new TaskOutcome.Succeeded()));

        Assert.Single(rig.Runs);
        Assert.Equal(["0"], await rig.Database.RowsAsync("select count(*) from task_manager.task where ready"));
    }

    private async Task<ManagerRig> RigAsync(int slots, params string[] organisations)
    {
        var rig = new ManagerRig(await cluster.CreateAsync(), slots: slots);
        await rig.StartAsync();
        foreach (var organisation in organisations)
            await rig.Database.ExecuteAsync($"insert into task_manager.organisation (name) values ('{organisation}')");
        return rig;
    }

    private static CreateTask Task(string organisation, int priority = 0) =>
        new("outside", Empty, Organisation: organisation, Priority: priority) { Id = Guid.CreateVersion7() };

    private static Task<IReadOnlyList<string>> SubmitAsync(ManagerRig rig, string organisation, int count) =>
        rig.SendAsync([.. Enumerable.Range(0, count).Select(_ => Task(organisation))]);

    /// <summary>Ready tasks of the organisation "alpha", all in one container, without the messages that would make them.</summary>
    private static Task BacklogAsync(ManagerRig rig, int count) => rig.Database.ExecuteAsync($$"""
        insert into task_manager.collection (id, organisation, priority, deadline, labels, scope, trace_id, digest)
        values ('00000000-0000-7000-8000-000000000001', 'alpha', 0, now() + interval '1 day', '{}', '[]', '', '');
        insert into task_manager.container (id, collection_id, ordinal, name, mode, policy, children, released, state)
        select id, id, 0, 'backlog', 'Parallel', '{"type":"All"}', {{count}}, {{count}}, 'Running' from task_manager.collection where trace_id = '';
        insert into task_manager.task (id, collection_id, container_id, ordinal, ready, priority, deadline, organisation, pool, kind, input)
        select ('00000000-0000-7000-8001-' || lpad(place::text, 12, '0'))::uuid, id, id, place, true, 0, now() + interval '1 day', 'alpha',
               'external', 'outside', '{}'
          from task_manager.container, generate_series(1, {{count}}) place where name = 'backlog';
        """);

    /// <summary>Ends one task after the other, the one first that was dispatched first.</summary>
    /// <returns>The organisations in the order of dispatch.</returns>
    private static async Task<List<string>> RunInTurnAsync(ManagerRig rig)
    {
        var order = new List<string>();
        var running = new Queue<RunTask>(rig.Runs);
        rig.Sent.Clear();
        while (running.TryDequeue(out var run))
        {
            order.Add(run.Organisation);
            await rig.SendAsync(ManagerRig.Report(run, new TaskOutcome.Succeeded()));
            foreach (var next in rig.Runs)
                running.Enqueue(next);
            rig.Sent.Clear();
        }
        return order;
    }
}
