using Dapper;
using Npgsql;
using TaskMesh.Core;
using TaskMesh.Core.Messages;

namespace TaskMesh.Postgres.Workers;

/// <summary>
/// A transaction of an attempt: the database is told whose it is and shows no other organisation's rows; it writes only if that attempt still is
/// the one that runs.
/// </summary>
/// <param name="clock">By which a database that is away is waited for; null fails at once.</param>
/// <remarks>
/// A transaction whose commit was not answered is done again too, so what it writes must come to the same: under keys that were chosen before.
/// </remarks>
internal sealed class Fence(NpgsqlDataSource database, RunTask run, TimeProvider? clock)
{
    /// <summary>As long as a claim waits. No lease expires meanwhile, and the task's own time limit goes on.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public Task<T> WriteAsync<T>(Func<NpgsqlConnection, Task<T>> write, CancellationToken cancellation) => InsideAsync(
        """
        select task_manager.fence(@task, @attempt), set_config('taskmesh.task', @task::text, true),
               set_config('taskmesh.nonce', @nonce::text, true)
        """,
        write,
        cancellation);

    public Task<T> ReadAsync<T>(Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellation) => InsideAsync(
        "select true, set_config('taskmesh.task', @task::text, true), set_config('taskmesh.nonce', @nonce::text, true)",
        read,
        cancellation);

    /// <summary>What cannot be done counts against no task.</summary>
    private Task<T> InsideAsync<T>(string enter, Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation) => Database.ForTaskAsync(
        () => clock is null
            ? TryAsync(enter, work, cancellation)
            : Database.WaitForAsync(() => TryAsync(enter, work, cancellation), Patience, clock, cancellation));

    private async Task<T> TryAsync<T>(string enter, Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            enter, new { task = run.Id, attempt = run.Attempt, nonce = run.Nonce }, cancellationToken: cancellation)))
            throw new InfrastructureException($"superseded: attempt {run.Attempt} of {run.Id} does not run any more");
        var result = await work(connection);
        await transaction.CommitAsync(cancellation);
        return result;
    }
}
