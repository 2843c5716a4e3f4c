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
    IReadOnlyList<TaskPlan> Tasks,
    IReadOnlyList<GeneratorPlan> Generators);

/// <param name="Children">Those of the submission; generators add more.</param>
/// <param name="Started">Whether it runs from the beginning on.</param>
/// <param name="Generators">How many fill it.</param>
public sealed record ContainerPlan(
    Guid Id,
    Guid? Parent,
    int Ordinal,
    string? Name,
    ContainerMode Mode,
    CompletionPolicy Policy,
    int? MaxConcurrency,
    int Children,
    bool Started,
    int Generators)
{
    /// <summary>How many children may start when the container does.</summary>
    public int FirstRelease => Mode == ContainerMode.Sequential ? 1 : MaxConcurrency ?? int.MaxValue;
}

/// <param name="Container">Where its children go.</param>
/// <param name="FirstOrdinal">Of its children in that container.</param>
public sealed record GeneratorPlan(Guid Task, Guid Container, int FirstOrdinal);

/// <param name="Pool">Null while no pool serves the task's labels.</param>
/// <param name="Sources">The task behind each name that the input refers to.</param>
/// <param name="Started">Whether it may be dispatched at once.</param>
/// <param name="Parent">The generator that made it.</param>
/// <param name="Refusal">Why it must not run: then it is there, so that it is seen and counted, and has failed.</param>
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
    TaskTimeouts? Timeouts = null,
    Guid? Parent = null,
    string? Refusal = null)
{
    /// <summary>Whether its input names addresses or names to be scanned.</summary>
    public bool AimsAtTargets { get; init; }
}

public enum ContainerMode
{
    Sequential,
    Parallel,
}
