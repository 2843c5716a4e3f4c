using System.Text.Json.Serialization;
using TaskMesh.Core.Messages;

namespace TaskMesh.Core.Workflow;

/// <summary>Where a task or container stands. docs/workflow.md draws the moves; the database refuses any other.</summary>
[JsonConverter(typeof(StrictEnumConverter<TaskState>))]
public enum TaskState
{
    /// <summary>Waits: for its turn, for capacity, for a time.</summary>
    Pending,

    /// <summary>A committed row says that the message goes to a worker queue.</summary>
    Dispatched,

    /// <summary>A worker claimed this attempt.</summary>
    Running,

    /// <summary>A generator has finished and its children are not all there yet.</summary>
    PendingTaskCreation,

    Succeeded,

    Failed,

    Timeout,

    PartiallyFailed,

    /// <summary>The branch that was not taken.</summary>
    Disabled,

    Cancelled,
}

public static class TaskStates
{
    public static bool IsTerminal(this TaskState state) => state >= TaskState.Succeeded;
}
