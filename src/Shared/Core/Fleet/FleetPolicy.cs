namespace TaskMesh.Core.Fleet;

/// <summary>How many workers there should be. Computed from the work that exists, never from the message that came: level-triggered.</summary>
public static class FleetPolicy
{
    /// <returns>How many instances to launch now.</returns>
    /// <param name="minimum">How many there shall be without any work.</param>
    public static int Needed(FleetDemand demand, int tasksPerWorker, int minimum = 0) =>
        demand.IsHeld ? 0 : Missing(demand, tasksPerWorker, minimum);

    /// <summary>How many workers the work and the cap would have launched, whether or not anybody may launch now.</summary>
    public static int Missing(FleetDemand demand, int tasksPerWorker, int minimum = 0) =>
        Math.Clamp(Lacking(demand, tasksPerWorker, minimum), 0, demand.FreeSlots);

    /// <summary>Whether a launch waits for the slot of a worker that leaves.</summary>
    public static bool WaitsForSlot(FleetDemand demand, int tasksPerWorker, int minimum = 0) =>
        demand is { IsHeld: false, FreeSlots: 0, Leaving: > 0 } && Lacking(demand, tasksPerWorker, minimum) > 0;

    private static int Lacking(FleetDemand demand, int tasksPerWorker, int minimum) =>
        Math.Max(minimum, (demand.Work + tasksPerWorker - 1) / tasksPerWorker) - demand.Capacity;
}

/// <param name="Work">Raw tasks in flight or ready.</param>
/// <param name="Capacity">Workers booting or live; draining ones are not capacity.</param>
/// <param name="FreeSlots">How many instances the cap still allows.</param>
/// <param name="Leaving">Workers that take no more work and whose instances are not gone yet.</param>
/// <param name="IsHeld">Whether nobody may launch for now.</param>
public sealed record FleetDemand(int Work, int Capacity, int FreeSlots, int Leaving = 0, bool IsHeld = false);
