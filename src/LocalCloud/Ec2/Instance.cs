using TaskMesh.LocalCloud.Processes;

namespace TaskMesh.LocalCloud.Ec2;

/// <summary>EC2's states with EC2's codes. Nothing here stops and starts again: when the process ends, the instance is terminated.</summary>
public enum InstanceState
{
    Pending = 0,
    Running = 16,
    ShuttingDown = 32,
    Terminated = 48,
}

/// <summary>Why an instance left the running state.</summary>
public sealed record StateReason(string Code, string Text)
{
    public static StateReason AskedFor { get; } = new("Client.UserInitiatedShutdown", "User initiated shutdown");

    public static StateReason Ended { get; } = new("Client.InstanceInitiatedShutdown", "Instance initiated shutdown");

    public static StateReason Interrupted { get; } = new("Server.SpotInstanceTermination", "Spot instance termination");

    public static StateReason NotStarted { get; } = new("Server.InternalError", "Internal error on launch");
}

/// <summary>One instance: a process on this machine. The fleet alone changes it, under its lock.</summary>
public sealed class Instance
{
    public required string Id { get; init; }

    public required string ReservationId { get; init; }

    /// <summary>Its place among those of the same launch, from 0.</summary>
    public required int LaunchIndex { get; init; }

    public required LaunchPlan Plan { get; init; }

    public required DateTimeOffset Launched { get; init; }

    public required IReadOnlyDictionary<string, string> Tags { get; set; }

    public InstanceState State { get; set; }

    public StateReason? Reason { get; set; }

    public DateTimeOffset? Ended { get; set; }

    public ChildProcess? Process { get; set; }

    /// <summary>When EC2 wants it back; null if it may stay.</summary>
    public DateTimeOffset? InterruptedAt { get; set; }

    /// <summary>When EC2 said that it is likely to want it back.</summary>
    public DateTimeOffset? RebalanceAt { get; set; }

    /// <summary>Ends when somebody asks for its end, or when it has ended by itself.</summary>
    public TaskCompletionSource Unwanted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
