namespace TaskMesh.Postgres.Manager;

/// <param name="Parent">The container that it is in; null for the root.</param>
public sealed record CancelTarget(bool IsContainer, Guid? Parent);
