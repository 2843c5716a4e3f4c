using Dapper;
using Npgsql;
using TaskMesh.Core;
using TaskMesh.Core.Messages;

namespace TaskMesh.Postgres.Workers;

/// <summary>A transaction that writes for an attempt, if that attempt still is the one that runs.</summary>
internal static class Fence
{
    public static Task<T> WriteAsync<T>(
        NpgsqlDataSource database, RunTask run, Func<NpgsqlConnection, Task<T>> write, CancellationToken cancellation) =>
        Database.ForTaskAsync(async () =>
        {
            const string sql = "select task_manager.fence(@task, @attempt)";
            await using var connection = await database.OpenConnectionAsync(cancellation);
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            if (!await connection.ExecuteScalarAsync<bool>(
                new CommandDefinition(sql, new { task = run.Id, attempt = run.Attempt }, cancellationToken: cancellation)))
                throw new InfrastructureException($"superseded: attempt {run.Attempt} of {run.Id} does not run any more");
            var result = await write(connection);
            await transaction.CommitAsync(cancellation);
            return result;
        });
}
