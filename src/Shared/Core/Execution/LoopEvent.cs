using TaskMesh.Core.Messages;

namespace TaskMesh.Core.Execution;

/// <summary>What a queue loop has to tell; its host writes it to the log.</summary>
public abstract record LoopEvent
{
    private LoopEvent()
    {
    }

    public sealed record Started(RunTask Run) : LoopEvent;

    /// <param name="Outcome">Null when nobody waits for one: cancelled, or the lease was lost.</param>
    public sealed record Ended(RunTask Run, TaskOutcome? Outcome) : LoopEvent;

    public sealed record ReceiveFailed(Exception Error) : LoopEvent;

    public sealed record HeartbeatFailed(Exception Error) : LoopEvent;

    /// <summary>The task ended and its report did not get through: its lease expires and it runs again.</summary>
    public sealed record ReportFailed(RunTask Run, Exception Error) : LoopEvent;
}
