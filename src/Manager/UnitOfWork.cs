using Npgsql;
using TaskMesh.Postgres;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>
/// One transaction and, once it is committed, its effects. A transient error runs the whole transaction again: a database that restarts is
/// waited for, because a message that is handed back comes later and has one receive less.
/// </summary>
public sealed class UnitOfWork(NpgsqlDataSource database, EffectPerformer performer, TimeProvider clock)
{
    /// <summary>Well within the time of one invocation.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    /// <returns>What the transaction decided, after its effects were performed.</returns>
    public async Task<Decided> RunAsync(Func<NpgsqlConnection, Task<Decided>> decide, CancellationToken cancellation)
    {
        var decided = await CommitAsync(decide, cancellation);
        await performer.PerformAsync(decided.Effects, cancellation);
        return decided;
    }

    private Task<Decided> CommitAsync(Func<NpgsqlConnection, Task<Decided>> decide, CancellationToken cancellation) => Database.WaitForAsync(
        async () =>
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            Pipeline.Begin(connection);
            var decided = await decide(connection);
            await Pipeline.CommitAsync(connection, cancellation);
            return decided;
        },
        Patience,
        clock,
        cancellation);
}

/// <summary>What a transaction leads to.</summary>
/// <param name="Touched">Containers that may be complete now.</param>
public sealed record Decided(Effects Effects, IReadOnlyCollection<Guid> Touched)
{
    public IReadOnlyList<TouchedGenerator> Generators { get; init; } = [];

    /// <summary>Whether the transaction has taken the turn to sweep; null if it did not ask.</summary>
    public Later<bool>? Turn { get; init; }

    public static Decided Nothing { get; } = new(Effects.None, []);
}
