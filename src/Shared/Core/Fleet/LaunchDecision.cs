namespace TaskMesh.Core.Fleet;

/// <summary>What to do about each class of refusal, and for how long everybody waits.</summary>
public static class LaunchDecision
{
    /// <summary>
    /// Also for what only a person can mend: mended things do not always show in the configuration (a grant, a new template version), and one
    /// question in a quarter of an hour costs nothing.
    /// </summary>
    private static readonly TimeSpan Stopped = TimeSpan.FromMinutes(15);

    /// <summary>One instance may have been taken back while it booted; it is the second in a row that tells of a bad template.</summary>
    private static readonly TimeSpan FirstBoot = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(30);

    public static LaunchStep After(RefusalClass refusal) => refusal switch
    {
        RefusalClass.Ambiguous => LaunchStep.AskAgain,
        RefusalClass.SlowDown => LaunchStep.SlowDown,
        RefusalClass.Account or RefusalClass.Permission or RefusalClass.Configuration or RefusalClass.BootFailed => LaunchStep.Stop,
        RefusalClass.TokenReused => LaunchStep.LookForInstance,
        _ => LaunchStep.NextCell,
    };

    /// <summary>Whether a person must see to it.</summary>
    public static bool IsAlarm(RefusalClass refusal) => After(refusal) == LaunchStep.Stop || refusal == RefusalClass.SubnetUnknown;

    /// <summary>Whether a changed configuration ends the wait at once.</summary>
    public static bool EndsWithConfiguration(RefusalClass refusal) =>
        refusal is RefusalClass.Permission or RefusalClass.Configuration or RefusalClass.BootFailed;

    /// <param name="earlier">How many launches in a row were throttled before this one, or how many boots failed.</param>
    /// <param name="chance">From 0 to 1, so that throttled Managers do not all come back together.</param>
    public static TimeSpan Wait(RefusalClass refusal, int earlier, double chance)
    {
        if (refusal == RefusalClass.BootFailed)
            return earlier == 0 ? FirstBoot : TimeSpan.FromMinutes(Math.Min(Stopped.TotalMinutes, 1 << Math.Min(earlier - 1, 10)));
        if (After(refusal) != LaunchStep.SlowDown)
            return Stopped;
        var seconds = Math.Min(LongestBackOff.TotalSeconds, 2 << Math.Min(earlier, 10));
        return TimeSpan.FromSeconds(1 + chance * (seconds - 1));
    }
}
