namespace TaskMesh.Core.Fleet;

/// <summary>How many workers there should be. Computed from the work that exists, never from the message that came: level-triggered.</summary>
public static class FleetPolicy
{
    /// <returns>How many instances to launch now.</returns>
    public static int Needed(FleetDemand demand, int tasksPerWorker)
    {
        var wanted = (demand.Work + tasksPerWorker - 1) / tasksPerWorker;
        return Math.Clamp(wanted - demand.Capacity, 0, demand.FreeSlots);
    }
}

/// <param name="Work">Raw tasks in flight or ready.</param>
/// <param name="Capacity">Workers booting or live; draining ones are not capacity.</param>
/// <param name="FreeSlots">How many instances the cap still allows.</param>
public sealed record FleetDemand(int Work, int Capacity, int FreeSlots);
