using TaskMesh.Core.Workflow;

namespace TaskMesh.Postgres.Manager;

/// <summary>How far a generator is.</summary>
/// <param name="Declared">What it said that it made; null while it works.</param>
/// <param name="Created">What exists.</param>
/// <param name="Refused">Why it may make no more children; null while it may.</param>
/// <param name="Counted">How many of its children its container counts.</param>
public sealed record GeneratorFacts(
    Guid Id,
    Guid Container,
    TaskState ContainerState,
    int Released,
    ChildCount? Declared,
    ChildCount Created,
    bool HasEnded,
    int Counted,
    int Failures,
    string? Refused = null)
{
    /// <summary>Of a child that somebody else adds; null where the generator's own do not all exist: one of them may have it.</summary>
    public int? NextOrdinal => HasEnded && Declared is { } own && Created.Count >= own.Count ? Created.Count : null;

    public bool IsMiscounted => HasEnded && Created.Count != Counted;
}
