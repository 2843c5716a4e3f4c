using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>What remains to be done once a transaction is committed. All of it is written down too, so a crash here loses nothing.</summary>
/// <param name="Dispatch">Known when the transaction's last statement has been carried out, which may be with the commit.</param>
/// <param name="WakeAfter">When the first of the tasks that wait for a time is due.</param>
/// <param name="EnsureWorkers">Whether raw tasks were dispatched, so that workers must exist.</param>
/// <param name="HasBacklog">Whether tasks waited for room.</param>
public sealed record Effects(Lazy<Dispatch> Dispatch, TimeSpan? WakeAfter = null, bool EnsureWorkers = false, bool HasBacklog = false)
{
    public static Effects None { get; } = new(new Lazy<Dispatch>(new Dispatch([], new HashSet<Guid>())));

    public IReadOnlyList<(long Row, DispatchedTask Task)> Sends => Dispatch.Value.Sends;

    public IReadOnlySet<Guid> Inserted => Dispatch.Value.Inserted;
}

/// <param name="Sends">Tasks to send, by the outbox row that holds them.</param>
/// <param name="Inserted">Of the new tasks, those that were not there before.</param>
public sealed record Dispatch(IReadOnlyList<(long Row, DispatchedTask Task)> Sends, IReadOnlySet<Guid> Inserted);
