using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;
using TaskMesh.Core.Messages;

namespace TaskMesh.Core.Scope;

/// <summary>A time of the week at which packets may be sent, by the clocks of a place.</summary>
/// <param name="From">When it opens, such as "22:00".</param>
/// <param name="To">When it closes; not after <paramref name="From"/> means on the next day.</param>
/// <param name="TimeZone">IANA's name, such as "Europe/Berlin".</param>
/// <param name="Days">On which it opens; none means every day.</param>
public sealed record ScanWindow(TimeOnly From, TimeOnly To, string TimeZone, IReadOnlyList<Weekday>? Days = null)
{
    private const string TimeFormat = "HH:mm";

    /// <summary>As people write it: <c>[days ]from-to zone</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ScanWindow? window)
    {
        window = null;
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length is < 2 or > 3 || parts[^2].Split('-') is not [var from, var to])
            return false;
        var days = new List<Weekday>();
        foreach (var day in parts.Length == 3 ? parts[0].Split(',') : [])
        {
            if (!Enum.TryParse<Weekday>(day, ignoreCase: true, out var known) || !Enum.IsDefined(known) || char.IsAsciiDigit(day[0]))
                return false;
            days.Add(known);
        }
        if (!TimeOnly.TryParseExact(from, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var opens)
            || !TimeOnly.TryParseExact(to, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var closes))
            return false;
        window = new ScanWindow(opens, closes, parts[^1], days.Count == 0 ? null : days);
        return true;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{(Days is { Count: > 0 } days ? string.Join(',', days) + " " : "")}{From:HH:mm}-{To:HH:mm} {TimeZone}");

    public IEnumerable<string> Problems()
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _))
            yield return $"timeZone: there is no '{TimeZone}'; use a name such as Europe/Berlin";
        if (Days is { } days && days.Count != days.Distinct().Count())
            yield return "days: a day stands there twice";
    }
}

/// <summary>As people abbreviate them.</summary>
[JsonConverter(typeof(StrictEnumConverter<Weekday>))]
public enum Weekday
{
    Sun,
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
}
