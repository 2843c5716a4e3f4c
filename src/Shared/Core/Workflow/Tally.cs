namespace TaskMesh.Core.Workflow;

/// <summary>How many children of a container ended in which way.</summary>
public readonly record struct Tally(int Succeeded, int PartiallyFailed, int Failed, int Timeout, int Disabled, int Cancelled)
{
    public int Ended => Succeeded + PartiallyFailed + Bad + Disabled;

    public int Bad => Failed + Timeout + Cancelled;

    public static Tally Of(TaskState state, int count = 1) => state switch
    {
        TaskState.Succeeded => new() { Succeeded = count },
        TaskState.PartiallyFailed => new() { PartiallyFailed = count },
        TaskState.Failed => new() { Failed = count },
        TaskState.Timeout => new() { Timeout = count },
        TaskState.Disabled => new() { Disabled = count },
        TaskState.Cancelled => new() { Cancelled = count },
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "A tally counts endings."),
    };

    public static Tally operator +(Tally left, Tally right) => new(
        left.Succeeded + right.Succeeded,
        left.PartiallyFailed + right.PartiallyFailed,
        left.Failed + right.Failed,
        left.Timeout + right.Timeout,
        left.Disabled + right.Disabled,
        left.Cancelled + right.Cancelled);

    public static Tally Add(Tally left, Tally right) => left + right;
}
