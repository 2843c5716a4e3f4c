namespace TaskMesh.LocalCloud.Faults;

/// <summary>What goes wrong on purpose, each service with its own share of it. The same seed brings the same faults.</summary>
public sealed record FaultConfiguration
{
    public int Seed { get; init; }

    public QueueFaultConfiguration Queues { get; init; } = new();
}
