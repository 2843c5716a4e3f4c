using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace TaskMesh.Core.Scheduling;

/// <summary>Decides what a schedule does when its time has come.</summary>
public static class ScheduleRules
{
    public static readonly TimeSpan LongestCoolDown = TimeSpan.FromHours(24);

    /// <summary>How soon a run that waits for another to end is looked at again.</summary>
    public static readonly TimeSpan QueueLook = TimeSpan.FromSeconds(10);

    /// <summary>Counting what was missed ends here.</summary>
    private const int MostMissed = 10_000;

    public static ScheduleMove Decide(Schedule schedule, ScheduleTurn turn, DateTimeOffset now)
    {
        if (turn.IsRunning && schedule.Overlap == Overlap.Queue)
            return new ScheduleMove.Queue(now + QueueLook);
        var (latest, missed) = CatchUp(schedule, turn.Due, now);
        var next = schedule.Next(latest, now) ?? DateTimeOffset.MaxValue;
        var lookAt = At(schedule, turn.Organisation, next);
        if (turn.IsRunning && schedule.Overlap == Overlap.Skip)
            return new ScheduleMove.Skip(lookAt, next);
        if (turn.Failures > 0 && turn.LastEnded is { } ended && ended + CoolDown(schedule, turn.Failures) is var cool && cool > now)
            return new ScheduleMove.CoolDown(cool);
        return new ScheduleMove.Start(lookAt, latest, missed, next, turn.IsRunning);
    }

    /// <summary>When a time of the rhythm is carried out: some way into the jitter that follows from schedule and organisation.</summary>
    public static DateTimeOffset At(Schedule schedule, string organisation, DateTimeOffset time)
    {
        if (schedule.Jitter is not { Ticks: > 0 } jitter || time == DateTimeOffset.MaxValue)
            return time;
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{schedule.Name}/{organisation}"));
        return time + jitter * (BinaryPrimitives.ReadUInt32BigEndian(hash) / (uint.MaxValue + 1.0));
    }

    /// <summary>Nobody was there for a while: one run, for the last of the times, makes up for all.</summary>
    private static (DateTimeOffset Latest, int Missed) CatchUp(Schedule schedule, DateTimeOffset due, DateTimeOffset now)
    {
        if (schedule.Every is { } every && now > due)
        {
            var missed = Math.Floor((now - due) / every);
            return (due + every * missed, (int)Math.Min(missed, int.MaxValue));
        }
        var (latest, count) = (due, 0);
        while (count < MostMissed && schedule.Next(latest, latest) is { } later && later <= now)
            (latest, count) = (later, count + 1);
        return (latest, count);
    }

    private static TimeSpan CoolDown(Schedule schedule, int failures)
    {
        var first = schedule.CoolDown ?? Schedule.DefaultCoolDown;
        var longer = first * Math.Pow(2, Math.Min(failures, 30) - 1);
        return longer < LongestCoolDown ? longer : LongestCoolDown;
    }
}
