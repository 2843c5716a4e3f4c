namespace TaskMesh.Core.Fleet;

/// <summary>How many workers there should be. Computed from the work that exists, never from the message that came: level-triggered.</summary>
public static class FleetPolicy
{
    /// <returns>How many instances to launch now.</returns>
    /// <param name="minimum">How many there shall be without any work.</param>
    public static int Needed(FleetDemand demand, int tasksPerWorker, int minimum = 0)
    {
        if (demand.IsHeld)
            return 0;
        var wanted = Math.Max(minimum, (demand.Work + tasksPerWorker - 1) / tasksPerWorker);
        return Math.Clamp(wanted - demand.Capacity, 0, demand.FreeSlots);
    }
}

/// <param name="Work">Raw tasks in flight or ready.</param>
/// <param name="Capacity">Workers booting or live; draining ones are not capacity.</param>
/// <param name="FreeSlots">How many instances the cap still allows.</param>
/// <param name="IsHeld">Whether nobody may launch for now.</param>
public sealed record FleetDemand(int Work, int Capacity, int FreeSlots, bool IsHeld = false);
