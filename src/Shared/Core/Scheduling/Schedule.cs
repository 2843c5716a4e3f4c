using System.Text.Json.Serialization;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Core.Scheduling;

/// <summary>
/// What is submitted again and again, for each organisation on its own: in an interval, by the clock of a place, or when something changes.
/// </summary>
/// <param name="Submit">A CreateCollection or CreateTask; its id and organisation are set for each run.</param>
/// <param name="Organisations">Null for all, those to come among them.</param>
/// <param name="Every">From one run's time to the next; the first is at once.</param>
/// <param name="Cron">Five fields, see <see cref="CronExpression"/>.</param>
/// <param name="TimeZone">Of the IANA database, such as Europe/Berlin; for cron.</param>
/// <param name="On">"model:change", such as "domain:new": one run for each such change of the recon models.</param>
/// <param name="Jitter">Each organisation starts up to this much later, always as much: all at midnight are spread over it.</param>
/// <param name="CoolDown">After a run that failed the next one waits this long, twice as long after the second, up to a day.</param>
public sealed record Schedule(
    string Name,
    ManagerMessage Submit,
    IReadOnlyList<string>? Organisations = null,
    TimeSpan? Every = null,
    string? Cron = null,
    string? TimeZone = null,
    string? On = null,
    TimeSpan? Jitter = null,
    Overlap Overlap = Overlap.Skip,
    TimeSpan? CoolDown = null)
{
    public static readonly TimeSpan DefaultCoolDown = TimeSpan.FromMinutes(1);
    public static readonly TimeSpan LongestInterval = TimeSpan.FromDays(366);

    private const int LongestName = 100;
    private static readonly string[] Changes = ["new", "changed", "gone", "back"];

    /// <summary>The model and the change that it waits for.</summary>
    [JsonIgnore]
    public (string Model, string Change)? Trigger => On?.Split(':') is [var model, var change] ? (model, change) : null;

    public IEnumerable<string> Problems()
    {
        if (Name.Length is 0 or > LongestName || Name.Any(character => !char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_' or '.')))
            yield return $"name: '{Name}' is not 1 to {LongestName} letters, digits, '-', '_' or '.'";
        if (Submit is not (CreateCollection or CreateTask))
            yield return $"submit: a {Submit.GetType().Name} cannot be scheduled; a CreateCollection or CreateTask can";
        if (new object?[] { Every, Cron, On }.Count(rhythm => rhythm is not null) != 1)
            yield return "every, cron, on: one of them says when";
        if (Every is { } every && (every < TimeSpan.FromSeconds(1) || every > LongestInterval))
            yield return $"every: {Duration.Write(every)} is not from 1s to {Duration.Write(LongestInterval)}";
        foreach (var problem in CronProblems())
            yield return problem;
        if (On is not null && (Trigger is not var (model, change) || ReconModel.Find(model) is null || !Changes.Contains(change)))
            yield return $"on: '{On}' is not model:change with one of {string.Join(", ", ReconModel.All.Select(known => known.Name))} "
                + $"and one of {string.Join(", ", Changes)}";
        if (Jitter < TimeSpan.Zero || Jitter > TimeSpan.FromDays(1))
            yield return $"jitter: {Duration.Write(Jitter.Value)} is not from 0s to 24h";
        if (CoolDown < TimeSpan.Zero || CoolDown > ScheduleRules.LongestCoolDown)
            yield return $"coolDown: {Duration.Write(CoolDown.Value)} is not from 0s to {Duration.Write(ScheduleRules.LongestCoolDown)}";
    }

    /// <summary>The first time of its rhythm after the given one; null for a schedule without one.</summary>
    /// <param name="last">A time of its rhythm, which intervals are counted from.</param>
    public DateTimeOffset? Next(DateTimeOffset last, DateTimeOffset after)
    {
        if (Every is { } every)
            return after < last ? last : last + every * (Math.Floor((after - last) / every) + 1);
        return Cron is null ? null : CronExpression.Parse(Cron, out _)?.Next(after, Zone());
    }

    private TimeZoneInfo Zone() => TimeZone is null ? TimeZoneInfo.Utc : TimeZoneInfo.FindSystemTimeZoneById(TimeZone);

    private IEnumerable<string> CronProblems()
    {
        if (TimeZone is not null && (Cron is null || !TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _)))
        {
            yield return Cron is null
                ? "timeZone: only cron has one"
                : $"timeZone: '{TimeZone}' is no zone of the IANA database, such as Europe/Berlin";
            yield break;
        }
        if (Cron is null)
            yield break;
        var expression = CronExpression.Parse(Cron, out var problem);
        if (problem is not null)
            yield return $"cron: {problem}";
        else if (expression!.Next(DateTimeOffset.UnixEpoch, Zone()) is null)
            yield return $"cron: '{Cron}' never comes";
    }
}
