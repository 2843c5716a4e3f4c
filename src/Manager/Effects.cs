using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>What remains to be done once a transaction is committed. All of it is written down too, so a crash here loses nothing.</summary>
/// <param name="Sends">Tasks to send, by the outbox row that holds them.</param>
/// <param name="WakeAfter">When the first of the tasks that wait for a time is due.</param>
/// <param name="EnsureWorkers">Whether raw tasks were dispatched, so that workers must exist.</param>
public sealed record Effects(IReadOnlyList<(long Row, DispatchedTask Task)> Sends, TimeSpan? WakeAfter = null, bool EnsureWorkers = false)
{
    public static Effects None { get; } = new([]);

    /// <summary>Of the new tasks, those that were not there before.</summary>
    public IReadOnlySet<Guid> Inserted { get; init; } = new HashSet<Guid>();
}
