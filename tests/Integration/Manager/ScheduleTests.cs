using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scheduling;
using TaskMesh.Core.Workflow;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Manager;

[Collection(ProductTests.Name)]
public class ScheduleTests(ProductCluster cluster)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static readonly Schedule Hourly = new("names", new CreateTask("outside", JsonElement.Parse("{}")), Every: Hour);

    [Fact]
    public async Task Each_organisation_has_its_own_last_run()
    {
        await using var rig = await RigAsync("acme");
        await SetAsync(rig, Hourly with { Organisations = ["acme"] });
        await TickAsync(rig, Second);
        await EndAllAsync(rig);
        await TickAsync(rig, Hour / 2);
        await SetAsync(rig, Hourly);

        await TickAsync(rig, Second);
        Assert.Equal(["default"], Organisations(rig));
        await EndAllAsync(rig);
        await TickAsync(rig, Hour / 2);
        Assert.Equal(["acme"], Organisations(rig));
    }

    [Fact]
    public async Task An_organisation_that_comes_later_gets_its_turn()
    {
        await using var rig = await RigAsync();
        await SetAsync(rig, Hourly);
        await TickAsync(rig, Second);
        await EndAllAsync(rig);
        await rig.Database.ExecuteAsync("insert into task_manager.organisation (name) values ('later')");

        await TickAsync(rig, Second);

        Assert.Equal(["later"], Organisations(rig));
    }

    [Fact]
    public async Task After_three_missed_times_there_is_one_run_and_the_missed_are_written_down()
    {
        await using var rig = await RigAsync();
        await SetAsync(rig, Hourly);
        await TickAsync(rig, Second);
        await EndAllAsync(rig);

        await TickAsync(rig, 4 * Hour);
        await TickAsync(rig, Second);

        Assert.Single(rig.Runs);
        Assert.Equal(
            ["started -", "missed 3 times, made up for by one run", "started -"],
            await rig.Database.RowsAsync("select outcome, reason from task_manager.schedule_run order by at, due, outcome"));
        Assert.Equal(3, await rig.Database.ScalarAsync<long>("select missed from task_manager.schedule_turn"));
    }

    [Fact]
    public async Task Four_managers_at_once_start_a_run_once()
    {
        await using var rig = await RigAsync();
        var rigs = Enumerable.Range(0, 4).Select(_ => new ManagerRig(rig.Database)).ToArray();
        await SetAsync(rig, Hourly);
        await TickAsync(rig, Second);
        await EndAllAsync(rig);
        await rig.Database.AdvanceAsync(Hour);

        await Task.WhenAll(rigs.Select(other => Task.Run(() => other.SendAsync(new Tick()))));

        Assert.Single(rigs.SelectMany(other => other.Runs));
    }

    [Fact]
    public async Task Run_by_hand_starts_at_once_and_does_not_shift_the_rhythm()
    {
        await using var rig = await RigAsync();
        await SetAsync(rig, Hourly);
        await TickAsync(rig, Second);
        await EndAllAsync(rig);
        var due = await rig.Database.RowsAsync("select due, look_at from task_manager.schedule_turn");

        await rig.SendAsync(Said(new ControlAction.RunSchedule("names")));

        Assert.Single(rig.Runs);
        Assert.Equal(due, await rig.Database.RowsAsync("select due, look_at from task_manager.schedule_turn"));
    }

    [Theory]
    [InlineData(Overlap.Skip, 0, "Running")]
    [InlineData(Overlap.Queue, 0, "Running")]
    [InlineData(Overlap.CancelOld, 1, "Cancelled")]
    public async Task A_run_that_has_not_ended_is_waited_for_or_cancelled(Overlap overlap, int started, string old)
    {
        await using var rig = await RigAsync();
        await SetAsync(rig, Hourly with { Every = TimeSpan.FromMinutes(1), Overlap = overlap });
        await TickAsync(rig, Second);
        var first = Assert.Single(rig.Runs);
        rig.Sent.Clear();

        await TickAsync(rig, TimeSpan.FromMinutes(1));

        Assert.Equal(started, rig.Runs.Count);
        Assert.Equal([old], await rig.Database.RowsAsync($"select state from task_manager.collection where id = '{first.Collection}'"));
        if (overlap == Overlap.CancelOld)
            return;
        await rig.SendAsync(ManagerRig.Report(first, new TaskOutcome.Succeeded()));
        await TickAsync(rig, 11 * Second);
        Assert.Equal(overlap == Overlap.Queue ? 1 : 0, rig.Runs.Count);
    }

    [Fact]
    public async Task A_schedule_that_always_fails_cools_down()
    {
        await using var rig = await RigAsync();
        await SetAsync(rig, Hourly with { Every = Second, CoolDown = TimeSpan.FromSeconds(10) });
        var at = new List<int>();
        for (var second = 1; second <= 80; second++)
        {
            await TickAsync(rig, Second);
            at.AddRange(rig.Runs.Select(_ => second));
            var runs = rig.Runs;
            rig.Sent.Clear();
            await rig.SendAsync([.. runs.Select(run => ManagerRig.Report(run, new TaskOutcome.Failed(ErrorClass.Fatal, "broken")))]);
        }

        Assert.Equal([1, 11, 31, 71], at);
    }

    [Fact]
    public async Task Paused_it_does_not_run_and_nothing_is_made_up_for()
    {
        await using var rig = await RigAsync();
        await SetAsync(rig, Hourly);
        await TickAsync(rig, Second);
        await EndAllAsync(rig);

        await rig.SendAsync(Said(new ControlAction.PauseSchedule("names", true)));
        await TickAsync(rig, 3 * Hour);
        Assert.Empty(rig.Runs);
        await rig.SendAsync(Said(new ControlAction.PauseSchedule("names", false)));
        await TickAsync(rig, Second);
        Assert.Single(rig.Runs);
        Assert.Equal(0, await rig.Database.ScalarAsync<long>("select missed from task_manager.schedule_turn"));
    }

    [Fact]
    public async Task Changed_while_it_is_paused_it_remembers_a_run_whose_collection_has_gone()
    {
        await using var rig = await RigAsync();
        await SetAsync(rig, Hourly);
        await TickAsync(rig, Second);
        await EndAllAsync(rig);
        await rig.Database.ExecuteAsync("delete from task_manager.collection");

        await rig.SendAsync(Said(new ControlAction.PauseSchedule("names", true)));
        await SetAsync(rig, Hourly);
        await TickAsync(rig, Hour / 2);
        await rig.SendAsync(Said(new ControlAction.PauseSchedule("names", false)));
        await TickAsync(rig, Second);
        Assert.Empty(rig.Runs);
        await TickAsync(rig, Hour / 2);
        Assert.Single(rig.Runs);
    }

    [Fact]
    public async Task Removed_it_ends_its_run_if_it_is_told_to()
    {
        await using var rig = await RigAsync();
        await SetAsync(rig, Hourly);
        await TickAsync(rig, Second);

        await rig.SendAsync(Said(new ControlAction.RemoveSchedule("names", CancelRuns: true)));
        await TickAsync(rig, 2 * Hour);

        Assert.Equal(["Cancelled"], await rig.Database.RowsAsync("select state from task_manager.collection"));
        Assert.Equal(["0"], await rig.Database.RowsAsync("select count(*) from task_manager.schedule_run"));
    }

    [Fact]
    public async Task What_cannot_be_a_schedule_is_told()
    {
        await using var rig = await RigAsync();

        List<string?> answers =
        [
            await rig.SteerAsync(new ControlAction.SetSchedule(Hourly with { Every = null })),
            await rig.SteerAsync(new ControlAction.SetSchedule(Hourly with { Submit = new CreateTask("nowhere", JsonElement.Parse("{}")) })),
            await rig.SteerAsync(new ControlAction.SetSchedule(Hourly with { Organisations = ["nobody"] })),
            await rig.SteerAsync(new ControlAction.RunSchedule("nothing")),
        ];

        Assert.Equal(
            [
                "every, cron, on: one of them says when",
                "submit: nowhere: kind: there is no task kind 'nowhere'; `taskmesh definitions` lists them",
                "organisations: there is no 'nobody'",
                "name: there is no schedule 'nothing'",
            ],
            answers.Select(reason => reason!.Replace("names: kind", "nowhere: kind", StringComparison.Ordinal)));
    }

    private async Task<ManagerRig> RigAsync(params string[] organisations)
    {
        var rig = new ManagerRig(await cluster.CreateAsync());
        await rig.StartAsync();
        await rig.Database.AdvanceAsync(TimeSpan.Zero);
        foreach (var organisation in organisations)
            await rig.Database.ExecuteAsync($"insert into task_manager.organisation (name) values ('{organisation}')");
        return rig;
    }

    private static Control Said(ControlAction action) => new(action, "test", "try") { Id = Guid.CreateVersion7() };

    private static Task<IReadOnlyList<string>> SetAsync(ManagerRig rig, Schedule schedule) =>
        rig.SendAsync(Said(new ControlAction.SetSchedule(schedule)));

    private static async Task TickAsync(ManagerRig rig, TimeSpan later)
    {
        await rig.Database.AdvanceAsync(later);
        await rig.SendAsync(new Tick());
    }

    private static Task EndAllAsync(ManagerRig rig) => rig.RunAllAsync(_ => new TaskOutcome.Succeeded());

    private static string[] Organisations(ManagerRig rig) => [.. rig.Runs.Select(run => run.Organisation)];
}
