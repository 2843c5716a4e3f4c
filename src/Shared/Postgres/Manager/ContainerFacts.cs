using TaskMesh.Core.Workflow;

namespace TaskMesh.Postgres.Manager;

/// <summary>How far a container is.</summary>
public sealed record ContainerFacts(
    Guid Id, Guid Collection, Guid? Parent, int Ordinal, CompletionPolicy Policy, int Children, Tally Tally);
