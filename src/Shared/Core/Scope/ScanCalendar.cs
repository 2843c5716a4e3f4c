namespace TaskMesh.Core.Scope;

/// <summary>When an organisation's scan windows are closed. They repeat weekly; where clocks change, they open and close by the new time.</summary>
public static class ScanCalendar
{
    /// <summary>A week on each side, and a day for time zones and windows that last over midnight.</summary>
    private const int FirstDay = -8;
    private const int LastDay = 9;

    /// <summary>The closed time that <paramref name="now"/> is in, or the next one; null if the windows never close.</summary>
    public static (DateTimeOffset Since, DateTimeOffset Until)? Closed(IReadOnlyList<ScanWindow> windows, DateTimeOffset now)
    {
        if (windows.Count == 0)
            return null;
        var open = Merge(windows.SelectMany(window => Openings(window, now)).OrderBy(opening => opening.From));
        for (var i = 0; i + 1 < open.Count; i++)
        {
            if (open[i + 1].From > now)
                return (open[i].To, open[i + 1].From);
        }
        return null;
    }

    private static IEnumerable<(DateTimeOffset From, DateTimeOffset To)> Openings(ScanWindow window, DateTimeOffset now)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(window.TimeZone);
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);
        for (var day = FirstDay; day <= LastDay; day++)
        {
            var date = today.AddDays(day);
            if (window.Days is { Count: > 0 } days && !days.Contains((Weekday)date.DayOfWeek))
                continue;
            var end = window.To <= window.From ? date.AddDays(1) : date;
            yield return (Instant(date.ToDateTime(window.From), zone), Instant(end.ToDateTime(window.To), zone));
        }
    }

    /// <summary>A time that clocks skip is the moment at which they do; of one that they show twice it is the first.</summary>
    private static DateTimeOffset Instant(DateTime local, TimeZoneInfo zone)
    {
        while (zone.IsInvalidTime(local))
            local = local.AddMinutes(1);
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset);
    }

    private static List<(DateTimeOffset From, DateTimeOffset To)> Merge(IEnumerable<(DateTimeOffset From, DateTimeOffset To)> openings)
    {
        var merged = new List<(DateTimeOffset From, DateTimeOffset To)>();
        foreach (var opening in openings)
        {
            if (merged.Count > 0 && opening.From <= merged[^1].To)
                merged[^1] = (merged[^1].From, opening.To > merged[^1].To ? opening.To : merged[^1].To);
            else
                merged.Add(opening);
        }
        return merged;
    }
}
