using TaskMesh.Core.Workflow;

namespace TaskMesh.Proof.Checking;

/// <summary>All that is known of a run: what was acknowledged, what the database says at its end, and in which order it came to that.</summary>
public sealed record History
{
    public IReadOnlyList<Submission> Submissions { get; init; } = [];

    public IReadOnlyList<TaskRow> Tasks { get; init; } = [];

    public IReadOnlyList<ContainerRow> Containers { get; init; } = [];

    /// <summary>In the order in which they happened, as are effects and closings; the three share one sequence of numbers.</summary>
    public IReadOnlyList<MoveEvent> Moves { get; init; } = [];

    public IReadOnlyList<Effect> Effects { get; init; } = [];

    public IReadOnlyList<Closing> Closings { get; init; } = [];

    /// <summary>Executions by workers without a database: only they know of them.</summary>
    public IReadOnlyList<Guid> Executions { get; init; } = [];

    public IReadOnlyList<Kill> Kills { get; init; } = [];

    public IReadOnlyList<Disturbance> Disturbances { get; init; } = [];

    public int Faults { get; init; }

    /// <summary>Messages in dead-letter queues.</summary>
    public int DeadLetters { get; init; }

    /// <summary>Messages that were refused: a correct client sends none.</summary>
    public IReadOnlyList<string> Refused { get; init; } = [];

    /// <summary>Slots that pools count as in use.</summary>
    public int SlotsHeld { get; init; }
}

/// <summary>A collection that a queue has acknowledged.</summary>
/// <param name="Tasks">How many the submission names.</param>
/// <param name="Generated">How many more its generators make, if it is carried through.</param>
/// <param name="End">How it must end; null if somebody cancels a part of it.</param>
/// <param name="Untaken">How many tasks are in branches that are not taken.</param>
public sealed record Submission(Guid Collection, int Tasks, int Generated, TaskState? End, int Untaken = 0);

/// <param name="Leased">Whether its worker has a database: then it claims, and writes one effect; but for choices of branches.</param>
/// <param name="HasOutput">Whether the result of the attempt that counts is there.</param>
public sealed record TaskRow(
    Guid Id, Guid Collection, Guid Container, int Ordinal, TaskState State, int Attempt, int Failures, bool Leased, bool HasOutput);

/// <param name="Counted">How many endings its counters hold.</param>
public sealed record ContainerRow(Guid Id, Guid Collection, Guid? Parent, int Ordinal, bool Sequential, int Children, TaskState State, int Counted);

/// <summary>A row of task_event.</summary>
public sealed record MoveEvent(long Number, Guid Task, TaskState State, int Attempt, DateTimeOffset At, string? Worker, string? Reason);

/// <summary>A committed write of an attempt.</summary>
public sealed record Effect(long Number, Guid Task, int Attempt, DateTimeOffset At);

/// <summary>A container reached its last state.</summary>
public sealed record Closing(long Number, Guid Container, TaskState State, DateTimeOffset At);

/// <summary>A time in which executions may have to be repeated for no fault of the mesh.</summary>
/// <param name="Worker">Which of them: of this worker, or of this attempt ("task/attempt"); null is any.</param>
public sealed record Disturbance(string? Worker, DateTimeOffset From, DateTimeOffset Until);

/// <summary>A worker process ended without a word.</summary>
public sealed record Kill(string Worker, DateTimeOffset At);
