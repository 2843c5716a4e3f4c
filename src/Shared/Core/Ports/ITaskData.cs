using System.Text.Json;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Core.Ports;

/// <summary>
/// Results of tasks and data shared by a collection, as one running attempt sees them. Writes are fenced: a late attempt writes nothing.
/// </summary>
public interface ITaskData
{
    /// <summary>The output of a task of the same collection that has succeeded, or null.</summary>
    Task<JsonElement?> ReadResultAsync(Guid task, CancellationToken cancellation);

    /// <summary>
    /// The tasks of a container of the same collection with what they returned, in their order. Read page by page: they may be many.
    /// </summary>
    /// <param name="container">By its name.</param>
    /// <exception cref="KeyNotFoundException">The collection has no such container.</exception>
    IAsyncEnumerable<ChildResult> ReadChildrenAsync(string container, CancellationToken cancellation);

    /// <summary>Adds a part to this attempt's result, in order.</summary>
    Task AppendResultAsync(JsonElement part, CancellationToken cancellation);

    /// <summary>Where another attempt takes the task up, should this one die: with this position, and the parts added until now.</summary>
    Task SaveCheckpointAsync(JsonElement checkpoint, CancellationToken cancellation);

    Task<JsonElement?> ReadSharedAsync(string key, CancellationToken cancellation);

    Task WriteSharedAsync(string key, JsonElement value, CancellationToken cancellation);
}

/// <param name="Result">Null for a task that has not succeeded, or returned nothing.</param>
public sealed record ChildResult(string Name, TaskState State, JsonElement? Result);
