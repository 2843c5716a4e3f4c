using TaskMesh.Core.Workflow;

namespace TaskMesh.Postgres.Manager;

/// <summary>How far a container is.</summary>
/// <param name="Children">How many it will have; null while a generator may still add some.</param>
public sealed record ContainerFacts(
    Guid Id, Guid Collection, Guid? Parent, int Ordinal, CompletionPolicy Policy, int? Children, Tally Tally);
