using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Workflow;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Manager;

[Collection(ProductTests.Name)]
public class ReplayTests(ProductCluster cluster)
{
    private static readonly JsonElement Empty = JsonElement.Parse("{}");

    [Fact]
    public async Task What_fails_for_good_is_replayed_as_a_new_task_once_for_each_number()
    {
        await using var rig = await RigAsync();
        var input = JsonElement.Parse("""{"value":{"$from":"first","path":"/value"}}""");
        await rig.SendAsync(new CreateCollection(new SequentialNode(
        [
            new TaskNode("first", "outside", Empty), new TaskNode("second", "inside", input, Timeouts: new(Run: TimeSpan.FromSeconds(9))),
        ]), Priority: 7)
        { Id = Guid.CreateVersion7() });
        await rig.SendAsync(ManagerRig.Report(rig.Runs[0], new TaskOutcome.Succeeded(JsonElement.Parse("""{"value":[1]}"""))));
        var failed = rig.Runs[^1];
        await rig.SendAsync(ManagerRig.Report(failed, new TaskOutcome.Failed(ErrorClass.Fatal, "broken")));
        Assert.Equal([$"{failed.Id} Failed broken 0"],
            await rig.Database.RowsAsync("select task_id, state, reason, replays from task_manager.dead_letter"));
        rig.Sent.Clear();

        await ControlAsync(rig, new ControlAction.Replay([failed.Id], []));
        await ControlAsync(rig, new ControlAction.Replay([failed.Id], []));
        var again = Assert.Single(rig.Runs);
        Assert.Equal(("inside", """{"value":[1]}""", TimeSpan.FromSeconds(9)), (again.Kind, again.Input.GetRawText(), again.RunTimeout));
        Assert.Equal([$"{failed.Id} 7"],
            await rig.Database.RowsAsync($"select replay_of, priority from task_manager.collection where id = '{again.Id}'"));

        await ControlAsync(rig, new ControlAction.Replay([failed.Id], [], Number: 2));
        Assert.Equal(2, rig.Runs.Select(run => run.Id).Distinct().Count());
        Assert.Equal(["Failed"], await rig.Database.RowsAsync($"select state from task_manager.task where id = '{failed.Id}'"));
    }

    [Fact]
    public async Task A_message_that_was_put_aside_is_read_again()
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(new CreateTask("outside", Empty, Organisation: "late") { Id = Guid.CreateVersion7() });
        Assert.Equal(["1 organisation: there is no 'late'"], await rig.Database.RowsAsync("select id, reason from task_manager.quarantine"));

        await rig.Database.ExecuteAsync("insert into task_manager.organisation (name) values ('late')");
        await ControlAsync(rig, new ControlAction.Replay([], [1]));
        await ControlAsync(rig, new ControlAction.Replay([], [1]));

        Assert.Equal("late", Assert.Single(rig.Runs).Organisation);
        Assert.Equal(["1"], await rig.Database.RowsAsync("select count(*) from task_manager.quarantine"));
    }

    [Fact]
    public async Task What_cannot_be_done_is_told_and_what_is_done_is_recorded()
    {
        await using var rig = await RigAsync();
        var nothing = Guid.CreateVersion7();

        List<string?> answers =
        [
            await rig.SteerAsync(new ControlAction.Cancel(nothing)),
            await rig.SteerAsync(new ControlAction.Pause(PauseTarget.Pool, "nowhere")),
            await rig.SteerAsync(new ControlAction.Pause(PauseTarget.Pool, "internal")),
            await rig.SteerAsync(new ControlAction.Resume(PauseTarget.Organisation, "default")),
            await rig.SteerAsync(new ControlAction.SetScanWindows([new ScanWindow(new(1, 0), new(2, 0), "Mars/Olympus")])),
            await rig.SteerAsync(new ControlAction.Replay([], [], Number: 0)),
        ];

        Assert.Equal(
            [
                $"target: there is no collection, container or task {nothing}",
                "name: there is no pool 'nowhere'",
                "",
                "name: organisation 'default' is not paused",
                "windows: timeZone: there is no 'Mars/Olympus'; use a name such as Europe/Berlin",
                "number: 0 is below 1",
            ],
            answers);
        Assert.Equal(["tester because 6"], await rig.Database.RowsAsync("select who, why, count(*) from task_manager.audit group by 1, 2"));
        Assert.Empty(await rig.Database.RowsAsync("select reason from task_manager.quarantine"));
    }

    [Fact]
    public async Task A_whole_collection_runs_again_as_it_was_submitted_once_for_each_number()
    {
        await using var rig = await RigAsync();
        var id = Guid.CreateVersion7();
        await rig.SendAsync(new CreateCollection(
            new SequentialNode(
            [
                new TaskNode("first", "outside", JsonElement.Parse("""{"value":1}"""), Timeouts: new(Run: TimeSpan.FromSeconds(9))),
                new ParallelNode([new TaskNode("second", "inside", Empty)], "rest", new CompletionPolicy.BestEffort()),
            ]),
            "weekly",
            Priority: 7,
            Deadline: TimeSpan.FromHours(3))
        { Id = id, TraceId = new string('7', 32) });
        await rig.RunAllAsync(_ => new TaskOutcome.Succeeded());
        rig.Sent.Clear();

        await ControlAsync(rig, new ControlAction.RunAgain(id));
        await ControlAsync(rig, new ControlAction.RunAgain(id));
        var again = Assert.Single(rig.Runs);
        Assert.Equal(("outside", """{"value":1}""", TimeSpan.FromSeconds(9)), (again.Kind, again.Input.GetRawText(), again.RunTimeout));
        Assert.Equal(ControlAction.RunAgain.IdOf(id, 1), again.Collection);
        await rig.RunAllAsync(_ => new TaskOutcome.Succeeded());

        const string Tree = "select mode, policy, name, ordinal, children from task_manager.container where collection_id = '{0}' order by parent_id";
        Assert.Equal(
            ["- weekly 7 3 Succeeded", $"{id} weekly 7 3 Succeeded"],
            await rig.Database.RowsAsync("""
                select replay_of, name, priority, round(extract(epoch from deadline - created_at) / 3600), state
                  from task_manager.collection order by replay_of nulls first
                """));
        Assert.Equal(
            await rig.Database.RowsAsync(string.Format(null, Tree, id)), await rig.Database.RowsAsync(string.Format(null, Tree, again.Collection)));
        Assert.Equal(2, await rig.Database.ScalarAsync<long>("select count(distinct trace_id) from task_manager.collection"));

        await ControlAsync(rig, new ControlAction.RunAgain(id, Number: 2));
        Assert.Equal(3, await rig.Database.ScalarAsync<long>("select count(*) from task_manager.collection"));
    }

    [Fact]
    public async Task A_task_that_came_alone_runs_again_too()
    {
        await using var rig = await RigAsync();
        var id = Guid.CreateVersion7();
        await rig.SendAsync(new CreateTask("outside", JsonElement.Parse("""{"value":1}"""), "alone", Priority: 3) { Id = id });
        await rig.RunAllAsync(_ => new TaskOutcome.Succeeded());
        var collection = await rig.Database.ScalarAsync<Guid>("select id from task_manager.collection");
        rig.Sent.Clear();

        await ControlAsync(rig, new ControlAction.RunAgain(collection));

        var again = Assert.Single(rig.Runs);
        Assert.Equal(("outside", """{"value":1}"""), (again.Kind, again.Input.GetRawText()));
        Assert.Equal(
            ["alone 3"],
            await rig.Database.RowsAsync($"""
                select t.name, t.priority
                  from task_manager.task t
                  join task_manager.collection c on c.id = t.collection_id
                 where c.replay_of is not null
                """));
    }

    [Fact]
    public async Task What_has_not_ended_or_is_not_there_does_not_run_again()
    {
        await using var rig = await RigAsync();
        var (id, nothing) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await rig.SendAsync(new CreateCollection(new SequentialNode([new TaskNode("first", "outside", Empty)])) { Id = id });

        Assert.Equal($"collection: {id} has not ended; cancel it first", await rig.SteerAsync(new ControlAction.RunAgain(id)));
        Assert.Equal($"collection: there is no {nothing}", await rig.SteerAsync(new ControlAction.RunAgain(nothing)));
        Assert.Equal("number: 0 is below 1", await rig.SteerAsync(new ControlAction.RunAgain(id, Number: 0)));
    }

    private static Task<IReadOnlyList<string>> ControlAsync(ManagerRig rig, ControlAction action) =>
        rig.SendAsync(new Control(action, "tester", "because") { Id = Guid.CreateVersion7() });

    private async Task<ManagerRig> RigAsync()
    {
        var rig = new ManagerRig(await cluster.CreateAsync());
        await rig.StartAsync();
        return rig;
    }
}
