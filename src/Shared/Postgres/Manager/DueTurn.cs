using TaskMesh.Core.Scheduling;

namespace TaskMesh.Postgres.Manager;

/// <summary>A schedule whose time has come for one organisation.</summary>
/// <param name="LastCollection">What its last run made.</param>
public sealed record DueTurn(Schedule Schedule, ScheduleTurn Turn, Guid? LastCollection, DateTimeOffset Now);
