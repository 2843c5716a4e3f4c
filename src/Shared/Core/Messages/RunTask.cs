using System.Text.Json;
using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Messages;

/// <summary>What a worker queue carries: one attempt at one task, with everything that a worker without a database needs.</summary>
/// <param name="Deadline">When the task's whole life ends, by the database's clock: not to be compared with any other.</param>
/// <param name="Scope">The collection's snapshot; each of them must allow a target.</param>
/// <param name="InputAt">Where the input is when it is too large for a message; <paramref name="Input"/> is empty then.</param>
/// <param name="RunTimeout">If this task may run for a shorter time than its kind.</param>
/// <param name="Sources">For kinds with data access: the task behind each name that the input's $from references use.</param>
public sealed record RunTask(
    Guid Id,
    int Attempt,
    Guid Nonce,
    string Kind,
    JsonElement Input,
    Guid Collection,
    string Organisation,
    DateTimeOffset Deadline,
    IReadOnlyList<ScanScope> Scope,
    IReadOnlyDictionary<string, Guid>? Sources = null,
    JsonElement? Checkpoint = null,
    string? TraceId = null,
    ObjectReference? InputAt = null,
    TimeSpan? RunTimeout = null)
{
    public string Type { get; init; } = nameof(RunTask);

    public int V { get; init; } = ManagerMessage.Version;

    /// <summary>The report that this attempt has ended so.</summary>
    public CompleteTask Ended(TaskOutcome outcome) => new(Id, Attempt, Nonce, outcome) { TraceId = TraceId };
}
