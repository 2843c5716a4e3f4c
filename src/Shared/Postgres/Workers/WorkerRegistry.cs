using Dapper;
using Npgsql;

namespace TaskMesh.Postgres.Workers;

/// <summary>A polling worker's place in the fleet: it says that it lives, asks to leave, and leaves.</summary>
public sealed class WorkerRegistry(NpgsqlDataSource database, string worker, string pool, string version, int parallelism)
{
    /// <returns>False when this worker was given up and must not take work.</returns>
    public Task<bool> HeartbeatAsync(CancellationToken cancellation) =>
        AskAsync("select task_manager.heartbeat(@worker, @pool, @version, @parallelism)", cancellation);

    /// <returns>False when work waits: then the worker stays.</returns>
    public Task<bool> DrainAsync(CancellationToken cancellation) => AskAsync("select task_manager.drain(@worker)", cancellation);

    /// <summary>From now on the fleet does not count on this worker.</summary>
    public Task RetireAsync(CancellationToken cancellation) => AskAsync("select task_manager.retire(@worker) is null", cancellation);

    public Task LeaveAsync(CancellationToken cancellation) => AskAsync("select task_manager.leave(@worker) is null", cancellation);

    private async Task<bool> AskAsync(string sql, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<bool>(
            new CommandDefinition(sql, new { worker, pool, version, parallelism }, cancellationToken: cancellation));
    }
}
