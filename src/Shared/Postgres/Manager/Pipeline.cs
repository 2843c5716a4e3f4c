using System.Runtime.CompilerServices;
using Npgsql;

namespace TaskMesh.Postgres.Manager;

/// <summary>
/// Saves trips to the server: inside a transaction, a statement whose result nobody needs yet travels with the next one that somebody waits
/// for, or with the commit. The order of statements stays; an error shows at that later statement, which ends the transaction just the same.
/// </summary>
public static class Pipeline
{
    private static readonly string[] CommitSteps =
        ["set local synchronous_commit = off", "commit", "select pg_logical_emit_message(true, 'committed', '')"];

    private static readonly ConditionalWeakTable<NpgsqlConnection, List<Waiting>> Transactions = [];

    /// <summary>From here on statements may wait, until <see cref="CommitAsync"/>.</summary>
    public static void Begin(NpgsqlConnection connection) => Transactions.Add(connection, []);

    /// <summary>
    /// Carries out what waits, commits, and returns when the commit is on disk. The wait for the disk comes behind the commit, in a
    /// transaction of its own that writes nothing but a mark into the log: locks, above all of the pools, are free by then, and Managers
    /// wait for the disk together instead of one after the other. The log is written in order, so the mark on disk means that the commit is.
    /// </summary>
    public static async Task CommitAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var waiting = Transactions.TryGetValue(connection, out var known) ? known : [];
        Transactions.Remove(connection);
        foreach (var step in CommitSteps)
            waiting.Add(new Waiting(new NpgsqlBatchCommand(step), Read: null));
        await CarryOutAsync(connection, waiting, cancellation);
    }

    /// <summary>Carries out what waits.</summary>
    public static async Task FlushAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (!Transactions.TryGetValue(connection, out var waiting) || waiting.Count == 0)
            return;
        Waiting[] taken = [.. waiting];
        waiting.Clear();
        await CarryOutAsync(connection, taken, cancellation);
    }

    /// <summary>The rows, after what waits has been carried out.</summary>
    public static async Task<IReadOnlyList<T>> RowsAsync<T>(this Later<T> later, NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (!later.IsHere)
            await FlushAsync(connection, cancellation);
        return later.Rows;
    }

    /// <summary>Lets a statement wait; outside a transaction nothing may, so it is carried out at once.</summary>
    internal static async Task<Waiting> AddAsync(
        NpgsqlCommand command, Func<NpgsqlDataReader, CancellationToken, Task>? read, CancellationToken cancellation)
    {
        var connection = command.Connection!;
        var added = new Waiting(Taken(command), read);
        if (Transactions.TryGetValue(connection, out var waiting))
            waiting.Add(added);
        else
            await CarryOutAsync(connection, [added], cancellation);
        return added;
    }

    private static async Task CarryOutAsync(NpgsqlConnection connection, IReadOnlyList<Waiting> waiting, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in waiting)
            batch.BatchCommands.Add(statement.Command);
        if (waiting.All(statement => statement.Read is null))
        {
            await batch.ExecuteNonQueryAsync(cancellation);
            return;
        }
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        foreach (var read in waiting.Select(statement => statement.Read).OfType<Func<NpgsqlDataReader, CancellationToken, Task>>())
        {
            await read(reader, cancellation);
            await reader.NextResultAsync(cancellation);
        }
        // Errors of the statements behind show only when they are read up to.
        while (await reader.NextResultAsync(cancellation))
        {
        }
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

    /// <param name="Read">Takes the rows; null where the statement has none.</param>
    internal sealed record Waiting(NpgsqlBatchCommand Command, Func<NpgsqlDataReader, CancellationToken, Task>? Read);
}
