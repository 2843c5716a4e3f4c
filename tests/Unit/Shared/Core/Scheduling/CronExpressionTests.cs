using System.Globalization;
using TaskMesh.Core.Scheduling;

namespace TaskMesh.Unit.Shared.Core.Scheduling;

public class CronExpressionTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Theory]
    [InlineData("* * * * *", "2026-01-01T00:00:30Z", "2026-01-01T00:01:00Z")]
    [InlineData("*/15 * * * *", "2026-01-01T00:15:00Z", "2026-01-01T00:30:00Z")]
    [InlineData("5-10/5,40 3 * * *", "2026-01-01T03:05:00Z", "2026-01-01T03:10:00Z")]
    [InlineData("0 3 * * MON-FRI", "2026-01-02T04:00:00Z", "2026-01-05T03:00:00Z")]
    [InlineData("0 0 * * 7", "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z")]
    [InlineData("0 0 31 * *", "2026-02-01T00:00:00Z", "2026-03-31T00:00:00Z")]
    [InlineData("0 0 29 feb *", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z")]
    [InlineData("0 0 13 * 5", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")]
    [InlineData("@monthly", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")]
    [InlineData("30/20 0 * * *", "2026-01-01T00:00:00Z", "2026-01-01T00:30:00Z")]
    public void The_next_time_comes_after_and_fits(string cron, string after, string next) =>
        Assert.Equal(Time(next), Cron(cron).Next(Time(after), TimeZoneInfo.Utc));

    [Fact]
    public void A_time_that_a_day_does_not_have_is_made_up_for_right_after_the_gap() => Assert.Equal(
        ["2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"],
        Times("30 2 * * *", "2026-03-28T00:00:00Z", "2026-03-31T00:00:00Z"));

    [Fact]
    public void A_time_that_a_day_has_twice_counts_once() => Assert.Equal(
        ["2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"],
        Times("30 2 * * *", "2026-10-24T00:00:00Z", "2026-10-27T00:00:00Z"));

    [Theory]
    [InlineData("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 46)]
    [InlineData("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 50)]
    public void Every_hour_means_each_hour_that_there_is(string from, string to, int count)
    {
        var times = Times("*/30 * * * *", Time(from).AddSeconds(-1).ToString("O"), to);

        Assert.Equal(count, times.Count(time => time != to));
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.Equal(TimeSpan.FromMinutes(30), Time(pair.Second) - Time(pair.First)));
    }

    [Theory]
    [InlineData("* * * *", "has 4 fields")]
    [InlineData("60 * * * *", "'60' is no part")]
    [InlineData("* 24 * * *", "'24' is no part")]
    [InlineData("* * 0 * *", "'0' is no part")]
    [InlineData("* * * foo *", "'foo' is no part")]
    [InlineData("5-1 * * * *", "'5-1' is no part")]
    [InlineData("*/0 * * * *", "'*/0' is no part")]
    [InlineData("1,,2 * * * *", "'' is no part")]
    [InlineData("-1 * * * *", "'-1' is no part")]
    [InlineData("1-2-3 * * * *", "'1-2-3' is no part")]
    public void What_is_no_cron_is_told(string text, string problem)
    {
        Assert.Null(CronExpression.Parse(text, out var told));

        Assert.Contains(problem, told, StringComparison.Ordinal);
    }

    [Fact]
    public void A_day_that_no_month_has_never_comes() => Assert.Null(Cron("0 0 30 2 *").Next(Time("2026-01-01T00:00:00Z"), TimeZoneInfo.Utc));

    private static CronExpression Cron(string text) => CronExpression.Parse(text, out _)!;

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static string[] Times(string cron, string from, string to)
    {
        var (times, at) = (new List<string>(), Time(from));
        while (Cron(cron).Next(at, Berlin) is { } next && next <= Time(to))
        {
            times.Add(next.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            at = next;
        }
        return [.. times];
    }
}
