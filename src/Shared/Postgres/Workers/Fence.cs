using Dapper;
using Npgsql;
using TaskMesh.Core;
using TaskMesh.Core.Messages;

namespace TaskMesh.Postgres.Workers;

/// <summary>
/// A transaction of an attempt: the database is told whose it is and shows no other organisation's rows; it writes only if that attempt still is
/// the one that runs.
/// </summary>
internal static class Fence
{
    public static Task<T> WriteAsync<T>(
        NpgsqlDataSource database, RunTask run, Func<NpgsqlConnection, Task<T>> write, CancellationToken cancellation) =>
        InsideAsync(
            database,
            run,
            """
            select task_manager.fence(@task, @attempt), set_config('taskmesh.task', @task::text, true),
                   set_config('taskmesh.nonce', @nonce::text, true)
            """,
            write,
            cancellation);

    public static Task<T> ReadAsync<T>(
        NpgsqlDataSource database, RunTask run, Func<NpgsqlConnection, Task<T>> read, CancellationToken cancellation) =>
        InsideAsync(
            database,
            run,
            "select true, set_config('taskmesh.task', @task::text, true), set_config('taskmesh.nonce', @nonce::text, true)",
            read,
            cancellation);

    private static Task<T> InsideAsync<T>(
        NpgsqlDataSource database, RunTask run, string enter, Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation) =>
        Database.ForTaskAsync(async () =>
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
                enter, new { task = run.Id, attempt = run.Attempt, nonce = run.Nonce }, cancellationToken: cancellation)))
                throw new InfrastructureException($"superseded: attempt {run.Attempt} of {run.Id} does not run any more");
            var result = await work(connection);
            await transaction.CommitAsync(cancellation);
            return result;
        });
}
