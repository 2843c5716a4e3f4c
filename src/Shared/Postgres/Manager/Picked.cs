namespace TaskMesh.Postgres.Manager;

/// <summary>What a look at the tasks that wait has led to.</summary>
/// <param name="Looked">How many were looked at: with none, another look finds nothing either.</param>
/// <param name="BackIn">When the first of those that got no token comes back.</param>
public sealed record Picked(IReadOnlyList<DispatchedTask> Dispatched, int Looked, TimeSpan? BackIn);
