using System.Text.Json;
using TaskMesh.Core.Scope;

namespace TaskMesh.Postgres.Manager;

/// <summary>A task that has moved to Dispatched, with all that its message says.</summary>
public sealed record DispatchedTask(
    Guid Id,
    int Attempt,
    Guid Nonce,
    string Kind,
    JsonElement Input,
    Guid Collection,
    string Organisation,
    DateTime Deadline,
    IReadOnlyList<ScanScope> Scope,
    IReadOnlyDictionary<string, Guid>? Sources,
    JsonElement? Checkpoint,
    string TraceId,
    string Pool,
    TimeSpan? RunTimeout = null);
