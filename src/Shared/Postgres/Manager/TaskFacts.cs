using TaskMesh.Core.Workflow;

namespace TaskMesh.Postgres.Manager;

/// <summary>What the rules need to know of a task whose attempt has ended.</summary>
/// <param name="Left">Time until its deadline.</param>
/// <param name="HasMaxConcurrency">Whether its container holds children back until others have ended.</param>
public sealed record TaskFacts(
    Guid Id,
    int Attempt,
    Guid Nonce,
    TaskState State,
    int Failures,
    string Kind,
    Guid Container,
    int Ordinal,
    string? Pool,
    TimeSpan Left,
    TaskState ContainerState,
    ContainerMode ContainerMode,
    bool HasMaxConcurrency)
{
    /// <summary>Whether its end lets the next child of its container start.</summary>
    public bool ReleasesSibling => ContainerMode == ContainerMode.Sequential || HasMaxConcurrency;

    public bool IsInFlight => State is TaskState.Dispatched or TaskState.Running;
}
