using System.Collections.Frozen;
using System.Globalization;

namespace TaskMesh.Core.Scheduling;

/// <summary>
/// Times by the wall clock of a place, in cron's five fields: minute, hour, day of month, month, day of week. Lists, ranges, steps and English
/// names; 7 is Sunday too; where both days are given one of them is enough, as POSIX has it.
/// </summary>
/// <remarks>
/// When clocks go forward, a time that the day does not have is made up for right after the gap. When they go back, a time that the day has twice
/// counts once, the first time. A schedule for every hour is about time that passes and not about the clock: it runs in each hour that there is.
/// </remarks>
public sealed class CronExpression
{
    /// <summary>Long enough for a 29 February across a century without one.</summary>
    private const int LongestSearchDays = 9 * 366;

    private static readonly FrozenDictionary<string, string> Nicknames = new Dictionary<string, string>
    {
        ["@hourly"] = "0 * * * *",
        ["@daily"] = "0 0 * * *",
        ["@weekly"] = "0 0 * * 0",
        ["@monthly"] = "0 0 1 * *",
        ["@yearly"] = "0 0 1 1 *",
    }.ToFrozenDictionary();

    private static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private readonly Field _minutes;
    private readonly Field _hours;
    private readonly Field _daysOfMonth;
    private readonly Field _months;
    private readonly Field _daysOfWeek;

    private CronExpression(Field minutes, Field hours, Field daysOfMonth, Field months, Field daysOfWeek) =>
        (_minutes, _hours, _daysOfMonth, _months, _daysOfWeek) = (minutes, hours, daysOfMonth, months, daysOfWeek);

    /// <param name="problem">What is wrong with the text; null if nothing is.</param>
    public static CronExpression? Parse(string text, out string? problem)
    {
        var fields = (Nicknames.GetValueOrDefault(text) ?? text).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5)
        {
            problem = $"'{text}' has {fields.Length} fields; cron has five: minute, hour, day of month, month, day of week";
            return null;
        }
        problem = null;
        var minutes = Field.Parse(fields[0], 0, 59, 0, [], ref problem);
        var hours = Field.Parse(fields[1], 0, 23, 0, [], ref problem);
        var daysOfMonth = Field.Parse(fields[2], 1, 31, 0, [], ref problem);
        var months = Field.Parse(fields[3], 1, 12, 1, Months, ref problem);
        var daysOfWeek = Field.Parse(fields[4], 0, 7, 0, Days, ref problem);
        return problem is null ? new CronExpression(minutes, hours, daysOfMonth, months, daysOfWeek.WithSundayAsZero()) : null;
    }

    /// <summary>The first time after the given one; null if there is none, as on 30 February.</summary>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        // A day before: the last hour of yesterday may come twice today.
        var first = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(after, zone).DateTime).AddDays(-1);
        for (var day = first; day < first.AddDays(LongestSearchDays) && day < DateOnly.MaxValue; day = day.AddDays(1))
        {
            if (!IsOn(day))
                continue;
            var next = TimesOn(day, zone).Where(time => time > after).Select(time => (DateTimeOffset?)time).Min();
            if (next is not null)
                return next;
        }
        return null;
    }

    private bool IsOn(DateOnly day)
    {
        if (!_months.Has(day.Month))
            return false;
        var (ofMonth, ofWeek) = (_daysOfMonth.Has(day.Day), _daysOfWeek.Has((int)day.DayOfWeek));
        return _daysOfMonth.IsAll || _daysOfWeek.IsAll ? ofMonth && ofWeek : ofMonth || ofWeek;
    }

    private IEnumerable<DateTimeOffset> TimesOn(DateOnly day, TimeZoneInfo zone) =>
        from hour in Enumerable.Range(0, 24)
        where _hours.Has(hour)
        from minute in Enumerable.Range(0, 60)
        where _minutes.Has(minute)
        from time in TimesAt(day.ToDateTime(new TimeOnly(hour, minute)), zone)
        select time;

    private IEnumerable<DateTimeOffset> TimesAt(DateTime local, TimeZoneInfo zone)
    {
        if (zone.IsInvalidTime(local))
            return _hours.IsAll ? [] : [AfterGap(local, zone)];
        if (!zone.IsAmbiguousTime(local))
            return [new DateTimeOffset(local, zone.GetUtcOffset(local))];
        var both = zone.GetAmbiguousTimeOffsets(local).Select(offset => new DateTimeOffset(local, offset)).Order();
        return _hours.IsAll ? both : both.Take(1);
    }

    private static DateTimeOffset AfterGap(DateTime local, TimeZoneInfo zone)
    {
        while (zone.IsInvalidTime(local))
            local = local.AddMinutes(1);
        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }

    /// <summary>The values of one field as bits.</summary>
    private readonly record struct Field(ulong Bits, bool IsAll)
    {
        public bool Has(int value) => (Bits >> value & 1) != 0;

        public Field WithSundayAsZero() => this with { Bits = (Bits | Bits >> 7 & 1) & 0x7F };

        public static Field Parse(string text, int least, int most, int firstName, string[] names, ref string? problem)
        {
            var bits = 0UL;
            foreach (var part in text.Split(','))
            {
                if (Range(part, least, most, firstName, names) is not var (from, to, step))
                {
                    problem ??= $"'{part}' is no part of a cron field from {least} to {most}";
                    continue;
                }
                for (var value = from; value <= to; value += step)
                    bits |= 1UL << value;
            }
            return new Field(bits, text == "*");
        }

        private static (int From, int To, int Step)? Range(string part, int least, int most, int firstName, string[] names)
        {
            var (range, step) = part.Split('/') is [var before, var after] ? (before, Number(after, 1, most)) : (part, (int?)1);
            var steps = range.Length < part.Length;
            var (from, to) = range switch
            {
                "*" => (least, most),
                _ when range.Split('-') is [var low, var high] => (Value(low), Value(high)),
                _ => (Value(range), steps ? most : Value(range)),
            };
            return from is { } first && to is { } last && step is { } width && first <= last ? (first, last, width) : null;

            int? Value(string text) => Array.IndexOf(names, text.ToLowerInvariant()) is >= 0 and var index
                ? index + firstName : Number(text, least, most);
        }

        private static int? Number(string text, int least, int most) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : null;
    }
}
