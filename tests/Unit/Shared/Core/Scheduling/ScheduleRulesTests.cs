using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scheduling;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Unit.Shared.Core.Scheduling;

public class ScheduleRulesTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_run_is_for_its_time_and_the_next_one_is_an_interval_later()
    {
        var start = Assert.IsType<ScheduleMove.Start>(Decide(Hourly, Turn(null), Noon + Minute));

        Assert.Equal((Noon, 0, Noon + Hour, Noon + Hour, false), (start.For, start.Missed, start.Next, start.LookAt, start.CancelsOld));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0 * * * *")]
    public void After_three_missed_times_one_run_makes_up_for_all(string? cron)
    {
        var schedule = cron is null ? Hourly : Hourly with { Every = null, Cron = cron };

        var start = Assert.IsType<ScheduleMove.Start>(Decide(schedule, Turn(TaskState.Succeeded), Noon + 3.5 * Hour));

        Assert.Equal((Noon + 3 * Hour, 3, Noon + 4 * Hour), (start.For, start.Missed, start.Next));
    }

    [Fact]
    public void A_run_that_has_not_ended_makes_the_next_one_wait_go_or_be_cancelled()
    {
        var running = Turn(TaskState.Running);

        Assert.Equal(Noon + Hour, Assert.IsType<ScheduleMove.Skip>(Decide(Hourly, running, Noon)).Next);
        Assert.Equal(Noon + ScheduleRules.QueueLook, Decide(Hourly with { Overlap = Overlap.Queue }, running, Noon).LookAt);
        Assert.True(Assert.IsType<ScheduleMove.Start>(Decide(Hourly with { Overlap = Overlap.CancelOld }, running, Noon)).CancelsOld);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(5, 16)]
    [InlineData(60, 24 * 60)]
    public void Failed_runs_cool_down_twice_as_long_each_time_up_to_a_day(int failures, int minutes)
    {
        var everySecond = Hourly with { Every = TimeSpan.FromSeconds(1) };
        var failed = Turn(TaskState.Failed) with { Failures = failures };

        var cool = Assert.IsType<ScheduleMove.CoolDown>(Decide(everySecond, failed, Noon));

        Assert.Equal(Noon + minutes * Minute, cool.LookAt);
        Assert.IsType<ScheduleMove.Start>(Decide(everySecond, failed, cool.LookAt));
    }

    [Fact]
    public void A_hundred_schedules_of_midnight_spread_over_their_jitter_and_stay_where_they_are()
    {
        var schedules = Enumerable.Range(0, 100).Select(i => Hourly with { Name = $"s{i}", Jitter = Hour }).ToArray();

        var offsets = schedules.Select(schedule => ScheduleRules.At(schedule, "default", Noon) - Noon).ToArray();

        Assert.All(offsets, offset => Assert.InRange(offset, TimeSpan.Zero, Hour));
        Assert.All(Enumerable.Range(0, 4), quarter => Assert.InRange(offsets.Count(offset => (int)(offset / (Hour / 4)) == quarter), 10, 40));
        Assert.Equal(offsets, schedules.Select(schedule => ScheduleRules.At(schedule, "default", Noon + Hour) - Noon - Hour));
    }

    private static Schedule Hourly => new("hourly", new CreateTask("outside", JsonElement.Parse("{}")), Every: Hour);

    private static ScheduleTurn Turn(TaskState? last) =>
        new("default", Noon, last, last is { } state && state.IsTerminal() ? Noon : null, 0, Noted: false);

    private static ScheduleMove Decide(Schedule schedule, ScheduleTurn turn, DateTimeOffset now) => ScheduleRules.Decide(schedule, turn, now);
}
