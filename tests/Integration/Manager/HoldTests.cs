using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Scope;
using TaskMesh.Postgres.Workers;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Manager;

[Collection(ProductTests.Name)]
public class HoldTests(ProductCluster cluster)
{
    private static readonly JsonElement Empty = JsonElement.Parse("{}");

    public static TheoryData<PauseTarget, string> Pausable => new()
    {
        { PauseTarget.Pool, "internal" },
        { PauseTarget.Organisation, "default" },
        { PauseTarget.Collection, "" },
    };

    [Theory]
    [MemberData(nameof(Pausable))]
    public async Task While_something_is_paused_what_is_in_flight_finishes_and_nothing_new_starts(PauseTarget what, string name)
    {
        await using var rig = await RigAsync(slots: 1);
        var collection = new CreateCollection(new ParallelNode(
            [.. Enumerable.Range(0, 4).Select(i => new TaskNode($"t{i}", "inside", Empty))], Policy: null))
        { Id = Guid.CreateVersion7() };
        if (name.Length == 0)
            name = $"{collection.Id}";
        await rig.SendAsync(collection);
        Assert.Equal(2, rig.Runs.Count);

        await ControlAsync(rig, new ControlAction.Pause(what, name));
        foreach (var run in rig.Runs)
            await rig.SendAsync(ManagerRig.Report(run, new TaskOutcome.Succeeded()));
        Assert.Equal(2, rig.Runs.Count);
        Assert.Equal(["Pending 2", "Succeeded 2"], await CountsAsync(rig));

        await rig.SendAsync(new CreateTask("outside", Empty) { Id = Guid.CreateVersion7() });
        Assert.Equal(what == PauseTarget.Organisation ? 2 : 3, rig.Runs.Count);
        await ControlAsync(rig, new ControlAction.Resume(what, name));

        Assert.Equal(5, rig.Runs.Count);
        Assert.Equal(["0"], await rig.Database.RowsAsync("select count(*) from task_manager.task where held_by is not null"));
        await rig.RunAllAsync(_ => new TaskOutcome.Succeeded());
        Assert.Equal(["Succeeded 5"], await CountsAsync(rig));
        await rig.Database.AdvanceAsync(TimeSpan.FromMinutes(3));
        await rig.SendAsync(new Tick());
        Assert.Equal(["0"], await rig.Database.RowsAsync("select count(*) from task_manager.hold"));
    }

    [Fact]
    public async Task What_is_held_is_put_aside_with_the_reason_and_others_go_past_it()
    {
        await using var rig = await RigAsync(slots: 1);
        await rig.Database.ExecuteAsync("insert into task_manager.organisation (name) values ('acme')");
        await ControlAsync(rig, new ControlAction.Pause(PauseTarget.Organisation, "acme"));

        await rig.SendAsync([.. Enumerable.Range(0, 10).Select(_ => new CreateTask("inside", Empty, Organisation: "acme", Priority: 9)
        { Id = Guid.CreateVersion7() })]);
        await rig.SendAsync(new CreateTask("inside", Empty) { Id = Guid.CreateVersion7() });
        Assert.Equal("default", Assert.Single(rig.Runs).Organisation);
        await rig.SendAsync(new Tick());

        Assert.Equal(
            ["False paused by tester: because 10"],
            await rig.Database.RowsAsync("select ready, reason, count(*) from task_manager.task where organisation = 'acme' group by 1, 2"));
    }

    [Fact]
    public async Task Raw_tasks_wait_outside_the_scan_windows_and_run_in_them()
    {
        await using var rig = await RigAsync();
        await rig.Database.AdvanceAsync(TimeSpan.Zero);
        await rig.Database.ExecuteAsync("update task_manager.test_clock set now = '2026-01-15T12:00Z'");
        await ControlAsync(rig, new ControlAction.SetScanWindows([new ScanWindow(new(22, 0), new(6, 0), "Europe/Berlin")]));

        await rig.SendAsync(
            new CreateTask("raw", Empty) { Id = Guid.CreateVersion7() }, new CreateTask("outside", Empty) { Id = Guid.CreateVersion7() });
        Assert.Equal("outside", Assert.Single(rig.Runs).Kind);
        await rig.Database.AdvanceAsync(TimeSpan.FromSeconds(1));
        await rig.SendAsync(new Tick());
        Assert.Empty(rig.Launches);
        Assert.Equal(
            ["outside the scan windows of default"], await rig.Database.RowsAsync("select reason from task_manager.task where kind = 'raw'"));
        await rig.Database.ExecuteAsync("update task_manager.test_clock set now = '2026-01-15T21:00:01Z'");
        await rig.SendAsync(new Tick());

        var run = Assert.Single(rig.Runs, run => run.Kind == "raw");
        var leases = new TaskLeases(rig.Database.As("tm_worker"), "w1");
        var lease = Assert.IsType<ClaimAnswer.Claimed>(Assert.Single(await leases.ClaimAsync([run], default))).Lease;
        Assert.Empty(await leases.StopsAsync([lease], default));
        await rig.Database.ExecuteAsync("update task_manager.test_clock set now = '2026-01-16T05:00:00Z'");
        Assert.Equal(StopCause.ScanWindow, (await leases.StopsAsync([lease], default))[run.Id]);
    }

    [Fact]
    public async Task The_kill_switch_stops_raw_tasks_that_run_and_lets_none_start()
    {
        await using var rig = await RigAsync();
        await rig.SendAsync(new CreateTask("raw", Empty) { Id = Guid.CreateVersion7() });
        var run = Assert.Single(rig.Runs);
        var leases = new TaskLeases(rig.Database.As("tm_worker"), "w1");
        var lease = Assert.IsType<ClaimAnswer.Claimed>(Assert.Single(await leases.ClaimAsync([run], default))).Lease;

        await ControlAsync(rig, new ControlAction.KillSwitch(true));
        Assert.Equal(StopCause.KillSwitch, (await leases.StopsAsync([lease], default))[run.Id]);
        await rig.SendAsync(ManagerRig.Report(run, new TaskOutcome.Yielded(TimeSpan.Zero)));
        await rig.SendAsync(new CreateTask("raw", Empty) { Id = Guid.CreateVersion7() });
        await rig.SendAsync(new Tick());
        Assert.Single(rig.Runs);
        Assert.Equal(["Pending 2"], await CountsAsync(rig));

        await ControlAsync(rig, new ControlAction.KillSwitch(false));
        Assert.Equal(3, rig.Runs.Count);
    }

    private static Task<IReadOnlyList<string>> ControlAsync(ManagerRig rig, ControlAction action) =>
        rig.SendAsync(new Control(action, "tester", "because") { Id = Guid.CreateVersion7() });

    private static Task<IReadOnlyList<string>> CountsAsync(ManagerRig rig) =>
        rig.Database.RowsAsync("select state, count(*) from task_manager.task group by state order by state");

    private async Task<ManagerRig> RigAsync(int slots = 100)
    {
        var rig = new ManagerRig(await cluster.CreateAsync(), slots: slots);
        await rig.StartAsync();
        return rig;
    }
}
