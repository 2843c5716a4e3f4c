using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scheduling;

namespace TaskMesh.Unit.Shared.Core.Scheduling;

public class ScheduleTests
{
    private static readonly Schedule Good = new("names", new CreateTask("outside", JsonElement.Parse("{}")), Every: TimeSpan.FromHours(1));

    [Fact]
    public void A_good_schedule_has_no_problem()
    {
        Assert.Empty(Good.Problems());
        Assert.Empty((Good with { Every = null, On = "domain:new" }).Problems());
        Assert.Empty((Good with { Every = null, Cron = "0 3 * * *", TimeZone = "Europe/Berlin" }).Problems());
    }

    public static TheoryData<Schedule, string> Bad => new()
    {
        { Good with { Name = "a b" }, "name: 'a b'" },
        { Good with { Submit = new Tick() }, "submit: a Tick cannot be scheduled" },
        { Good with { Every = null }, "every, cron, on: one of them" },
        { Good with { Cron = "0 3 * * *" }, "every, cron, on: one of them" },
        { Good with { Every = TimeSpan.Zero }, "every: 0h is not from 1s" },
        { Good with { Every = null, Cron = "0 3 * *" }, "cron: '0 3 * *' has 4 fields" },
        { Good with { Every = null, Cron = "0 0 30 2 *" }, "cron: '0 0 30 2 *' never comes" },
        { Good with { Every = null, Cron = "0 3 * * *", TimeZone = "Mars/Base" }, "timeZone: 'Mars/Base'" },
        { Good with { TimeZone = "Europe/Berlin" }, "timeZone: only cron has one" },
        { Good with { Every = null, On = "domain" }, "on: 'domain' is not model:change" },
        { Good with { Every = null, On = "castle:new" }, "on: 'castle:new' is not model:change" },
        { Good with { Jitter = TimeSpan.FromDays(2) }, "jitter: 48h" },
        { Good with { CoolDown = TimeSpan.FromDays(2) }, "coolDown: 48h" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void What_is_wrong_is_told_in_one_sentence(Schedule schedule, string problem) =>
        Assert.StartsWith(problem, Assert.Single(schedule.Problems()), StringComparison.Ordinal);
}
