using TaskMesh.Core.Routing;

namespace TaskMesh.Postgres.Manager;

/// <param name="Room">How many more tasks may be dispatched; negative when the window shrank.</param>
/// <param name="HasBacklog">Whether tasks wait for room already, so that a new one must queue behind them.</param>
/// <param name="NextRow">The outbox row that this transaction may write for the pool.</param>
/// <param name="LimitedKinds">Kinds that need a token for each attempt, so that they are never sent straight away.</param>
public sealed record PoolRoom(
    string Pool, WorkerClass Class, int Room, bool HasBacklog, long NextRow, IReadOnlyCollection<string> LimitedKinds);
