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

        await ControlAsync(rig, new ControlAction.Cancel(nothing));
        await ControlAsync(rig, new ControlAction.Pause(PauseTarget.Pool, "nowhere"));
        await ControlAsync(rig, new ControlAction.Resume(PauseTarget.Organisation, "default"));
        await ControlAsync(rig, new ControlAction.SetScanWindows([new ScanWindow(new(1, 0), new(2, 0), "Mars/Olympus")]));
        await ControlAsync(rig, new ControlAction.Replay([], [], Number: 0));

        Assert.Equal(
            [
                $"target: there is no collection, container or task {nothing}",
                "name: there is no pool 'nowhere'",
                "name: organisation 'default' is not paused",
                "windows: timeZone: there is no 'Mars/Olympus'; use a name such as Europe/Berlin",
                "number: 0 is below 1",
            ],
            await rig.Database.RowsAsync("select reason from task_manager.quarantine order by id"));
        Assert.Equal(["tester because 5"], await rig.Database.RowsAsync("select who, why, count(*) from task_manager.audit group by 1, 2"));
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
