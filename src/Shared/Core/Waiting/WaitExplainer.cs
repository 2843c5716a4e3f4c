using System.Globalization;
using TaskMesh.Core.Routing;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Core.Waiting;

/// <summary>
/// Says why a task waits: of all that holds it back, what would hold it back longest if the rest were gone comes first. Facts in, a sentence out.
/// </summary>
public static class WaitExplainer
{
    /// <summary>The timer that looks at everything.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMinutes(1);

    public static Explanation Explain(WaitFacts facts) => facts.State switch
    {
        _ when facts.State.IsTerminal() => new(WaitCause.Ended, $"It has ended: {facts.State}{Because(facts.Reason)}."),
        _ when facts.ContainerState.IsTerminal() => Swept(
            facts, WaitCause.Closed, $"Its container is {facts.ContainerState}: its work is refused and the next sweep ends it"),
        _ when facts.Deadline <= facts.Now => Swept(
            facts, WaitCause.DeadlinePassed, $"Its deadline passed at {Time(facts.Deadline)}: the next sweep ends it"),
        TaskState.PendingTaskCreation => new(WaitCause.Children, "It has generated its children and waits until all their messages have come."),
        TaskState.Running => WhileRunning(facts),
        TaskState.Dispatched => WhileDispatched(facts),
        _ => WhilePending(facts),
    };

    private static Explanation WhileRunning(WaitFacts facts) => facts.LeaseUntil < facts.Now
        ? Swept(
            facts,
            WaitCause.LostLease,
            $"Worker {facts.Worker} was lost: its lease expired at {Time(facts.LeaseUntil.Value)}; who gets its message next takes it over")
        : facts.Packets is { } share && share.Sendable < share.Wanted
        ? new(WaitCause.PacketRate, $"It runs on {facts.Worker}. {Sharing(share)}")
        : new(WaitCause.Running, $"It runs on {facts.Worker}.");

    /// <summary>Of the rates that it shares, the one that leaves it less.</summary>
    private static string Sharing(PacketShares share) => share.Total > share.Sendable
        ? $"Told {share.Wanted:0} packets/s, it may send {share.PerNetwork:0} to each /24 (IPv6: /48), shared with "
            + $"{Scans(share.NetworkOthers)}: `taskmesh limits network`."
        : $"Told {share.Wanted:0} packets/s, it may send {share.Total:0}: its {(share.IsPools ? "pool" : "organisation")}'s rate is shared with "
            + $"{Scans(share.TotalOthers)}: `taskmesh {(share.IsPools ? "pool" : "limits")} set --packets`.";

    private static string Scans(int others) => others switch
    {
        0 => "no other scan",
        1 => "one other scan",
        _ => $"{Number(others)} other scans",
    };

    private static Explanation WhileDispatched(WaitFacts facts)
    {
        if (facts.SentAt is null)
            return Swept(facts, WaitCause.Unsent, $"The queue of pool '{facts.Pool?.Name}' has not taken its message yet; it is sent again");
        if (facts is { KillSwitch: true, Pool.Class: WorkerClass.BareMetal })
            return Killed();
        if (facts is { Pool: { Class: WorkerClass.BareMetal, LiveWorkers: 0 } })
            return WithoutWorkers(facts, facts.Pool.Name);
        return new(
            WaitCause.Queued,
            $"Its message is in the queue of pool '{facts.Pool?.Name}' since {Time(facts.SentAt.Value)} and waits for a worker.",
            NextTry: facts.LeaseUntil);
    }

    private static Explanation WhilePending(WaitFacts facts)
    {
        if (!facts.Released)
        {
            return facts.MaxConcurrency is { } most && facts.WaitsFor.Count == 0
                ? new(WaitCause.Concurrency, $"Its container runs at most {most} at once, and that many do.")
                : new(WaitCause.Dependency, $"It waits until {Listed(facts.WaitsFor)} has ended.");
        }
        if (facts.Pool is not { } pool)
            return new(WaitCause.NoPool, $"No pool serves it: {facts.Reason}. Configure one with these labels, or cancel it.");
        if (facts.Hold is { What: not "scan-window" } pause)
            return new(WaitCause.Pause, $"Its {pause.What} '{pause.Name}' is paused by {pause.Who}: {pause.Why}.");
        if (facts is { KillSwitch: true, Pool.Class: WorkerClass.BareMetal })
            return Killed();
        if (facts.Hold is { } window)
        {
            return new(
                WaitCause.ScanWindow,
                $"The scan windows of '{window.Name}' are closed{(window.Until is { } until ? $" until {Time(until)}" : "")}.",
                NextTry: window.Until);
        }
        if (facts.Rate is { } rate)
            return new(WaitCause.RateLimit, $"The rate limit '{rate.Bucket}' lets it go on at {Time(rate.Until)}.", NextTry: rate.Until);
        if (facts.WakeAt is { } wake)
        {
            return facts.Reason == "yielded"
                ? new(WaitCause.Yield, $"It gave its slot back and goes on at {Time(wake)}.", NextTry: wake)
                : new(WaitCause.BackOff, $"It is tried again at {Time(wake)}{Because(facts.Reason)}.", NextTry: wake);
        }
        if (pool is { Class: WorkerClass.BareMetal, LiveWorkers: 0 })
            return WithoutWorkers(facts, pool.Name);
        return pool.InFlight >= pool.Window
            ? new(
                WaitCause.Capacity,
                $"Pool '{pool.Name}' has {pool.InFlight} tasks in flight and room for {pool.Window}; it is number {Number(pool.Position)} in line.",
                pool.Position)
            : Swept(facts, WaitCause.Ready, $"Nothing holds it back; it is number {Number(pool.Position)} in line") with { Position = pool.Position };
    }

    private static Explanation WithoutWorkers(WaitFacts facts, string pool)
    {
        if (facts.Fleet is not { } fleet)
            return new(
                WaitCause.NoWorker,
                $"No worker of pool '{pool}' is connected, and none is launched for it: start one with TASKMESH_BARE_METAL_POOL={pool}.",
                facts.Pool?.Position);
        var next = facts.Now + Tick;
        if (fleet.Launching > 0)
            return new(WaitCause.Launching, $"Pool '{pool}' has no worker yet; {fleet.Launching} asked for.", facts.Pool?.Position, next);
        if (fleet.CostCap is { } cost)
            return new(WaitCause.CostCap, $"No worker of pool '{pool}' may be launched: {cost}.", facts.Pool?.Position, next);
        if (fleet is { Held: { } held, HeldUntil: { } until })
        {
            return new(
                WaitCause.LaunchRefused,
                $"No worker of pool '{pool}' may be launched until {Time(until)}: {held}.",
                facts.Pool?.Position,
                until);
        }
        if (fleet.Refusals.Count > 0)
        {
            return new(
                WaitCause.LaunchRefused,
                $"No worker of pool '{pool}' could be launched at {Time(fleet.RefusedAt!.Value)}: {string.Join("; ", fleet.Refusals)}. "
                    + "The next tick asks again.",
                facts.Pool?.Position,
                next);
        }
        return fleet.Cap == 0
            ? new(WaitCause.NoWorker, $"Pool '{pool}' has no worker, and MAX_BARE_METAL_WORKERS is 0: none is launched.", facts.Pool?.Position)
            : new(WaitCause.NoWorker, $"Pool '{pool}' has no worker; the next tick asks for one.", facts.Pool?.Position, next);
    }

    private static Explanation Killed() =>
        new(WaitCause.KillSwitch, "The kill switch is on: no probe is sent until `taskmesh kill-switch off`.");

    private static Explanation Swept(WaitFacts facts, WaitCause cause, string sentence)
    {
        var next = facts.Now + Tick;
        return new(cause, $"{sentence}, by {Time(next)} at the latest.", NextTry: next);
    }

    private static string Because(string? reason) => reason is null ? "" : $": {reason}";

    private static string Listed(IReadOnlyList<string> names) =>
        names.Count == 0 ? "what stands before it" : string.Join(", ", names.Select(name => $"'{name}'"));

    private static string Number(long? position) => position?.ToString(CultureInfo.InvariantCulture) ?? "?";

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
