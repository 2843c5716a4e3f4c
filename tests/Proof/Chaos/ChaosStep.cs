namespace TaskMesh.Proof.Chaos;

/// <param name="Draw">From 0 to 1: whom it meets, and how long it lasts.</param>
internal sealed record ChaosStep(TimeSpan At, ChaosAction Action, double Draw);

internal enum ChaosAction
{
    /// <summary>The server and all of its children are killed and started again at once.</summary>
    KillServer,

    /// <summary>The same, and it stays away.</summary>
    Outage,

    KillProcess,

    /// <summary>A process stands still for longer than its leases live.</summary>
    Pause,
}
