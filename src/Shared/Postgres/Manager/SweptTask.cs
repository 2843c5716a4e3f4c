using TaskMesh.Core.Workflow;

namespace TaskMesh.Postgres.Manager;

/// <summary>A task that a sweep has moved.</summary>
/// <param name="Pool">The pool whose slot it held, or null if it held none.</param>
public sealed record SweptTask(Guid Id, TaskState State, string? Pool, Guid Container);
