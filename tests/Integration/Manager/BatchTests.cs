using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Manager;

[Collection(ProductTests.Name)]
public class BatchTests(ProductCluster cluster)
{
    private static readonly JsonElement Empty = JsonElement.Parse("{}");
    private static readonly Guid SomeId = Guid.CreateVersion7();

    [Fact]
    public async Task The_same_message_ten_times_and_four_managers_at_once_make_one_row_and_one_dispatch()
    {
        await using var database = await cluster.CreateAsync();
        var rigs = Enumerable.Range(0, 4).Select(_ => new ManagerRig(database)).ToArray();
        await rigs[0].StartAsync();
        ManagerMessage[] messages = [.. Enumerable.Repeat(new CreateTask("outside", Empty) { Id = Guid.CreateVersion7() }, 10)];

        await Task.WhenAll(rigs.Select(rig => Task.Run(() => rig.SendAsync(messages))));

        Assert.Equal(["Dispatched 1"], await database.RowsAsync("select state, attempt from task_manager.task"));
        Assert.Single(rigs.SelectMany(rig => rig.Runs));
        Assert.Equal(1, await database.ScalarAsync<int>("select in_flight from task_manager.pool where name = 'external'"));
    }

    [Fact]
    public async Task The_same_report_ten_times_and_four_managers_at_once_complete_a_task_once()
    {
        await using var database = await cluster.CreateAsync();
        var rigs = Enumerable.Range(0, 4).Select(_ => new ManagerRig(database)).ToArray();
        await rigs[0].StartAsync();
        await rigs[0].SendAsync(new CreateTask("outside", Empty) { Id = Guid.CreateVersion7() });
        var run = Assert.Single(rigs[0].Runs);
        ManagerMessage[] reports = [.. Enumerable.Repeat(ManagerRig.Report(run, new TaskOutcome.Succeeded(Empty)), 10)];

        await Task.WhenAll(rigs.Select(rig => Task.Run(() => rig.SendAsync(reports))));

        Assert.Equal(["Succeeded"], await database.RowsAsync("select state from task_manager.collection"));
        Assert.Equal(["Succeeded"], await database.RowsAsync("select state from task_manager.container"));
        Assert.Equal(1, await database.ScalarAsync<int>("select count(*)::int from task_manager.task_event where state = 'Succeeded'"));
        Assert.Equal(1, await database.ScalarAsync<int>("select count(*)::int from task_manager.task_data"));
        Assert.Equal(0, await database.ScalarAsync<int>("select in_flight from task_manager.pool where name = 'external'"));
    }

    [Fact]
    public async Task Two_managers_that_end_the_last_two_children_close_the_container_once()
    {
        for (var round = 0; round < 10; round++)
        {
            await using var database = await cluster.CreateAsync();
            var rigs = new[] { new ManagerRig(database), new ManagerRig(database) };
            await rigs[0].StartAsync();
            await rigs[0].SendAsync(new CreateCollection(new SequentialNode(
            [
                new ParallelNode([new TaskNode("a", "outside", Empty), new TaskNode("b", "outside", Empty)]),
                new TaskNode("c", "outside", Empty),
            ]))
            { Id = Guid.CreateVersion7() });
            var runs = rigs[0].Runs;

            await Task.WhenAll(rigs.Zip(runs, (rig, run) => Task.Run(() => rig.SendAsync(ManagerRig.Report(run, new TaskOutcome.Succeeded())))));

            Assert.Equal(["a Succeeded", "b Succeeded", "c Dispatched"], await rigs[0].StatesAsync());
        }
    }

    [Fact]
    public async Task A_wrong_nonce_or_attempt_changes_nothing()
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(new CreateTask("outside", Empty) { Id = Guid.CreateVersion7() });
        var right = ManagerRig.Report(Assert.Single(rig.Runs), new TaskOutcome.Succeeded());

        var failed = await rig.SendAsync(right with { Nonce = Guid.NewGuid() }, right with { Attempt = 2 });

        Assert.Empty(failed);
        Assert.Equal(["Dispatched"], await rig.Database.RowsAsync("select state from task_manager.task"));
    }

    public static TheoryData<string, string> Unreadable => new()
    {
        { "hello", "not a message" },
        { "[]", "not a message: the body is no JSON object" },
        { """{"type":"DeleteEverything"}""", "type: 'DeleteEverything' is none of CreateCollection" },
        { """{"type":"CreateTask","v":7,"kind":"outside","input":{}}""", "v: version 7 is unknown" },
        { """{"type":"CreateTask","kind":"outside","input":{},"input":{}}""", "not a message" },
        { """{"type":"CreateTask","kind":"outside","input":{},"colour":"red"}""", "colour" },
        { """{"type":"CreateTask","input":{}}""", "kind" },
        { """{"type":"CreateTask","kind":"nowhere","input":{}}""", "kind: there is no task kind 'nowhere'" },
        { """{"type":"CreateTask","kind":"outside","input":{"colour":1}}""", "colour: 'outside' has no such field" },
        { """{"type":"CreateTask","kind":"outside","input":{},"organisation":"nobody"}""", "organisation: there is no 'nobody'" },
        { """{"type":"CreateTask","kind":"outside","input":{},"priority":1000}""", "priority: 1000 is not from -100 to 100" },
        { $"{new string('[', 70)}{new string(']', 70)}", "not a message" },
        {
            $$$"""{"type":"CompleteTask","task":"{{{SomeId}}}","attempt":1,"nonce":"{{{SomeId}}}","outcome":{"type":"Succeeded"}}""",
            "from another timeline"
        },
    };

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task What_cannot_be_accepted_is_quarantined_with_its_bytes_and_harms_no_neighbour(string body, string reason)
    {
        await using var rig = await RigAsync();

        var failed = await rig.HandleAsync(
            """{"type":"CreateTask","kind":"outside","input":{}}""", body, """{"input":{},"kind":"outside","type":"CreateTask"}""");

        Assert.Empty(failed);
        Assert.Equal(2, rig.Runs.Count);
        var kept = Assert.Single(await rig.Database.RowsAsync("select queue, convert_from(body, 'UTF8'), reason from task_manager.quarantine"));
        Assert.StartsWith($"manager {body} ", kept);
        Assert.Contains(reason, kept[$"manager {body} ".Length..]);
    }

    [Fact]
    public async Task An_id_used_again_with_another_body_is_an_error()
    {
        await using var rig = await RigAsync();
        var task = new CreateTask("outside", Empty) { Id = Guid.CreateVersion7() };

        await rig.SendAsync(task);
        await rig.SendAsync(task, task with { Priority = 5 });

        Assert.Equal(
            [$"id: {task.Id} was used before with another body"], await rig.Database.RowsAsync("select reason from task_manager.quarantine"));
        Assert.Equal(["0"], await rig.Database.RowsAsync("select priority from task_manager.task"));
    }

    [Fact]
    public async Task A_message_that_breaks_its_batch_fails_alone()
    {
        await using var rig = await RigAsync();
        await rig.Database.ExecuteAsync("alter table task_manager.collection add constraint no_thirteen check (name is distinct from 'thirteen')");

        var failed = await rig.SendAsync([.. Enumerable.Range(1, 20).Select(i =>
            new CreateTask("outside", Empty, Name: i == 13 ? "thirteen" : "other") { Id = Guid.CreateVersion7() })]);

        Assert.Equal(["m13"], failed);
        Assert.Equal(19, rig.Runs.Count);
    }

    [Fact]
    public async Task What_the_queue_does_not_accept_is_sent_again()
    {
        await using var rig = await RigAsync();
        rig.Fault = message => message.Body.Contains("\"attempt\":1", StringComparison.Ordinal) ? new SendAnswer("busy", SenderFault: false) : null;
        await rig.SendAsync(new CreateTask("outside", Empty) { Id = Guid.CreateVersion7() });
        Assert.Empty(rig.Runs);

        rig.Fault = _ => null;
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(6));
        await rig.SendAsync(new Tick());

        Assert.Equal(1, Assert.Single(rig.Runs).Attempt);
        Assert.Equal(["t"], await rig.Database.RowsAsync("select case when sent_at is null then 'f' else 't' end from task_manager.dispatch"));
    }

    [Fact]
    public async Task A_window_lets_no_more_tasks_out_than_twice_the_slots_and_priority_goes_first()
    {
        await using var rig = await RigAsync(slots: 2);

        await rig.SendAsync(
            [.. Enumerable.Range(0, 10).Select(i => new CreateTask("outside", Empty, Name: $"low{i}") { Id = Guid.CreateVersion7() })]);
        await rig.SendAsync(new CreateTask("outside", Empty, Name: "high", Priority: 10) { Id = Guid.CreateVersion7() });
        Assert.Equal(4, rig.Runs.Count);
        await rig.SendAsync(ManagerRig.Report(rig.Runs[0], new TaskOutcome.Succeeded()));

        Assert.Equal(["high", "low0", "low1", "low2", "low3"],
            await rig.Database.RowsAsync("select name from task_manager.task where state <> 'Pending' order by name"));
        await rig.RunAllAsync(_ => new TaskOutcome.Succeeded());
        Assert.Equal(["Succeeded 11"], await rig.Database.RowsAsync("select state, count(*) from task_manager.task group by state"));
    }

    [Fact]
    public async Task The_database_itself_refuses_an_illegal_move()
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(new CreateTask("outside", Empty) { Id = Guid.CreateVersion7() });
        await rig.RunAllAsync(_ => new TaskOutcome.Succeeded());

        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(
            () => rig.Database.ExecuteAsync("update task_manager.task set state = 'Dispatched'"));

        Assert.Equal("a task cannot move from Succeeded to Dispatched", refused.MessageText);
    }

    [Fact]
    public async Task A_task_for_a_label_that_no_pool_has_waits_with_that_reason()
    {
        await using var rig = await RigAsync();

        await rig.SendAsync(new CreateTask("raw", Empty, Labels: new Dictionary<string, string> { ["net"] = "dmz" }) { Id = Guid.CreateVersion7() });

        Assert.Empty(rig.Runs);
        Assert.Equal(["Pending no-worker-for:net=dmz"], await rig.Database.RowsAsync("select state, reason from task_manager.task"));
    }

    [Fact]
    public async Task A_raw_task_without_a_worker_launches_one_and_never_more_than_needed()
    {
        await using var rig = await RigAsync();

        await rig.SendAsync(new CreateTask("raw", Empty) { Id = Guid.CreateVersion7() });
        for (var i = 0; i < 5; i++)
            await rig.SendAsync(new Tick());
        Assert.Single(rig.Launches);
        await rig.SendAsync([.. Enumerable.Range(0, 50).Select(_ => new CreateTask("raw", Empty) { Id = Guid.CreateVersion7() })]);

        Assert.Equal(2, rig.Launches.Count);
        Assert.Equal(("taskmesh-bare-metal-worker", "$Latest", null), (
            rig.Launches[0].Template, rig.Launches[0].TemplateVersion, rig.Launches[0].InstanceType));
        Assert.NotEqual(rig.Launches[0].Token, rig.Launches[1].Token);
    }

    private async Task<ManagerRig> RigAsync(int slots = 100)
    {
        var rig = new ManagerRig(await cluster.CreateAsync(), slots: slots);
        await rig.StartAsync();
        return rig;
    }
}
