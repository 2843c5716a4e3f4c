using TaskMesh.Core.Scope;

namespace TaskMesh.Unit.Shared.Core.Scope;

public class ScanCalendarTests
{
    private static readonly ScanWindow Nights = new(new(22, 0), new(6, 0), "Europe/Berlin");

    [Theory]
    // Winter: Berlin is UTC+1, so the window is open from 21:00 to 05:00 UTC.
    [InlineData("2026-01-15T12:00Z", "2026-01-15T05:00Z", "2026-01-15T21:00Z")]
    [InlineData("2026-01-15T23:00Z", "2026-01-16T05:00Z", "2026-01-16T21:00Z")]
    [InlineData("2026-01-15T21:00Z", "2026-01-16T05:00Z", "2026-01-16T21:00Z")]
    // Summer: UTC+2.
    [InlineData("2026-07-15T12:00Z", "2026-07-15T04:00Z", "2026-07-15T20:00Z")]
    public void A_window_over_midnight_is_closed_by_day_by_the_clocks_of_its_place(string now, string since, string until) =>
        Assert.Equal((At(since), At(until)), ScanCalendar.Closed([Nights], At(now)));

    [Fact]
    public void A_window_of_one_day_a_week_is_closed_for_the_rest_of_it()
    {
        ScanWindow saturday = new(new(8, 0), new(12, 0), "UTC", [Weekday.Sat]);

        Assert.Equal((At("2026-01-10T12:00Z"), At("2026-01-17T08:00Z")), ScanCalendar.Closed([saturday], At("2026-01-17T07:59Z")));
        Assert.Equal((At("2026-01-17T12:00Z"), At("2026-01-24T08:00Z")), ScanCalendar.Closed([saturday], At("2026-01-17T08:00Z")));
        Assert.Equal((At("2026-01-17T12:00Z"), At("2026-01-24T08:00Z")), ScanCalendar.Closed([saturday], At("2026-01-20T00:00Z")));
    }

    [Fact]
    public void Windows_that_touch_are_one_and_those_that_cover_the_week_never_close()
    {
        ScanWindow morning = new(new(0, 0), new(12, 0), "UTC");
        ScanWindow evening = new(new(12, 0), new(0, 0), "UTC");

        Assert.Null(ScanCalendar.Closed([morning, evening], At("2026-01-15T12:00Z")));
        Assert.Null(ScanCalendar.Closed([], At("2026-01-15T12:00Z")));
        Assert.Equal(
            (At("2026-01-15T18:00Z"), At("2026-01-16T00:00Z")),
            ScanCalendar.Closed([morning, evening with { To = new(18, 0) }], At("2026-01-15T12:00Z")));
    }

    [Fact]
    public void Where_clocks_skip_the_opening_the_window_opens_when_they_do()
    {
        // In Berlin 02:30 does not exist on 29 March 2026: clocks go from 02:00 to 03:00, which is 01:00 UTC.
        ScanWindow skipped = new(new(2, 30), new(4, 0), "Europe/Berlin");

        Assert.Equal(At("2026-03-29T01:00Z"), ScanCalendar.Closed([skipped], At("2026-03-29T00:30Z"))!.Value.Until);
    }

    [Fact]
    public void Where_clocks_show_an_hour_twice_the_first_counts()
    {
        // In Berlin 02:30 is there twice on 25 October 2026: first at 00:30 UTC.
        ScanWindow doubled = new(new(2, 30), new(4, 0), "Europe/Berlin");

        Assert.Equal(At("2026-10-25T00:30Z"), ScanCalendar.Closed([doubled], At("2026-10-24T12:00Z"))!.Value.Until);
    }

    [Fact]
    public void A_time_zone_that_does_not_exist_is_told() =>
        Assert.Equal(
            ["timeZone: there is no 'Europe/Bonn'; use a name such as Europe/Berlin"], (Nights with { TimeZone = "Europe/Bonn" }).Problems());

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
