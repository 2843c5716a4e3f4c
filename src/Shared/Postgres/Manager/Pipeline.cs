using System.Runtime.CompilerServices;
using Npgsql;

namespace TaskMesh.Postgres.Manager;

/// <summary>
/// Saves trips to the server: inside a transaction, a write whose result nobody waits for travels with the next statement that has one, or with the
/// commit. The order of statements stays; an error shows at that later statement, which ends the transaction just the same.
/// </summary>
public static class Pipeline
{
    private static readonly string[] CommitSteps =
        ["set local synchronous_commit = off", "commit", "select pg_logical_emit_message(true, 'committed', '')"];

    private static readonly ConditionalWeakTable<NpgsqlConnection, List<NpgsqlBatchCommand>> Transactions = [];

    /// <summary>From here on writes may wait, until <see cref="CommitAsync"/>.</summary>
    public static void Begin(NpgsqlConnection connection) => Transactions.Add(connection, []);

    /// <summary>
    /// Carries out what waits, commits, and returns when the commit is on disk. The wait for the disk comes behind the commit, in a
    /// transaction of its own that writes nothing but a mark into the log: locks, above all of the pools, are free by then, and Managers
    /// wait for the disk together instead of one after the other. The log is written in order, so the mark on disk means that the commit is.
    /// </summary>
    public static async Task CommitAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var batch = Take(connection);
        Transactions.Remove(connection);
        foreach (var step in CommitSteps)
            batch.BatchCommands.Add(new NpgsqlBatchCommand(step));
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Lets a write wait; outside a transaction nothing may, so it is carried out at once.</summary>
    internal static async Task LaterAsync(this NpgsqlCommand command, CancellationToken cancellation)
    {
        if (!Transactions.TryGetValue(command.Connection!, out var waiting))
        {
            await command.ExecuteAsync(cancellation);
            return;
        }
        waiting.Add(Taken(command));
    }

    /// <summary>The statement, behind those that wait.</summary>
    internal static NpgsqlBatch After(NpgsqlCommand command)
    {
        var batch = Take(command.Connection!);
        batch.BatchCommands.Add(Taken(command));
        return batch;
    }

    private static NpgsqlBatch Take(NpgsqlConnection connection)
    {
        var batch = new NpgsqlBatch(connection);
        if (!Transactions.TryGetValue(connection, out var waiting))
            return batch;
        foreach (var command in waiting)
            batch.BatchCommands.Add(command);
        waiting.Clear();
        return batch;
    }

    private static NpgsqlBatchCommand Taken(NpgsqlCommand command)
    {
        var taken = new NpgsqlBatchCommand(command.CommandText);
        NpgsqlParameter[] parameters = [.. command.Parameters.Cast<NpgsqlParameter>()];
        command.Parameters.Clear();
        foreach (var parameter in parameters)
            taken.Parameters.Add(parameter);
        command.Dispose();
        return taken;
    }
}
