using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Workflow;

/// <summary>A submitted workflow as the rows that it becomes.</summary>
/// <param name="Scope">The scopes that must all allow a target.</param>
public sealed record CollectionPlan(
    Guid Id,
    string Organisation,
    string? Name,
    int Priority,
    TimeSpan Deadline,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyList<ScanScope> Scope,
    string TraceId,
    IReadOnlyList<ContainerPlan> Containers,
    IReadOnlyList<TaskPlan> Tasks);

/// <param name="Started">Whether it runs from the beginning on.</param>
public sealed record ContainerPlan(
    Guid Id, Guid? Parent, int Ordinal, string? Name, ContainerMode Mode, CompletionPolicy Policy, int? MaxConcurrency, int Children, bool Started)
{
    /// <summary>How many children start when the container does.</summary>
    public int FirstRelease => Mode == ContainerMode.Sequential ? 1 : Math.Min(Children, MaxConcurrency ?? int.MaxValue);
}

/// <param name="Pool">Null while no pool serves the task's labels.</param>
/// <param name="Sources">The task behind each name that the input refers to.</param>
/// <param name="Started">Whether it may be dispatched at once.</param>
public sealed record TaskPlan(
    Guid Id,
    Guid Container,
    int Ordinal,
    string Name,
    string Kind,
    string? Pool,
    JsonElement Input,
    IReadOnlyDictionary<string, Guid>? Sources,
    IReadOnlyDictionary<string, string> Labels,
    bool Started,
    TaskTimeouts? Timeouts = null);

public enum ContainerMode
{
    Sequential,
    Parallel,
}
