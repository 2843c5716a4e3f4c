using TaskMesh.Core.Messages;
using TaskMesh.Core.Scope;

namespace TaskMesh.Postgres.Manager;

/// <summary>A task that failed for good, about to be done again.</summary>
/// <param name="Deadline">How long its collection was given; null if that is gone.</param>
/// <param name="Scope">What its collection was held to: the organisation's scope then, and the collection's own if it had one.</param>
public sealed record DeadLetter(
    Guid Task, string Organisation, string Kind, DeadTask Message, int Priority, TimeSpan? Deadline, IReadOnlyList<ScanScope> Scope);
