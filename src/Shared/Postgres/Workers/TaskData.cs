using System.Text.Json;
using Dapper;
using Npgsql;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;

namespace TaskMesh.Postgres.Workers;

/// <summary>Task data as one running attempt sees it. Every write begins with the fence, so a late attempt writes nothing.</summary>
public sealed class TaskData(NpgsqlDataSource database, RunTask run) : ITaskData
{
    /// <summary>Part 0 is what the task returns, and the Manager writes it.</summary>
    private int _lastPart;

    public Task<JsonElement?> ReadResultAsync(Guid task, CancellationToken cancellation) => Database.ForTaskAsync<JsonElement?>(async () =>
    {
        const string sql = "select part from task_manager.result_parts(@collection, @task) as part limit 1";
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var text = await connection.QueryFirstOrDefaultAsync<string>(
            new CommandDefinition(sql, new { collection = run.Collection, task }, cancellationToken: cancellation));
        return text is null ? null : Json.ReadElement(text);
    });

    public Task AppendResultAsync(JsonElement part, CancellationToken cancellation)
    {
        const string sql = "insert into task_manager.task_data (task_id, attempt, part, data) values (@task, @attempt, @part, @data)";
        return Fence.WriteAsync(
            database,
            run,
            connection => connection.ExecuteAsync(new CommandDefinition(
                sql,
                new { task = run.Id, attempt = run.Attempt, part = Interlocked.Increment(ref _lastPart), data = Json.Write(part) },
                cancellationToken: cancellation)),
            cancellation);
    }

    public Task<JsonElement?> ReadSharedAsync(string key, CancellationToken cancellation) => Database.ForTaskAsync<JsonElement?>(async () =>
    {
        const string sql = "select data from task_manager.task_collection_data where collection_id = @collection and key = @key";
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var text = await connection.QueryFirstOrDefaultAsync<string>(
            new CommandDefinition(sql, new { collection = run.Collection, key }, cancellationToken: cancellation));
        return text is null ? null : Json.ReadElement(text);
    });

    public Task WriteSharedAsync(string key, JsonElement value, CancellationToken cancellation)
    {
        const string sql = """
            insert into task_manager.task_collection_data (collection_id, key, data, task_id)
            values (@collection, @key, @data, @task)
                on conflict (collection_id, key) do update set data = excluded.data, task_id = excluded.task_id
            """;
        return Fence.WriteAsync(
            database,
            run,
            connection => connection.ExecuteAsync(new CommandDefinition(
                sql, new { collection = run.Collection, key, data = Json.Write(value), task = run.Id }, cancellationToken: cancellation)),
            cancellation);
    }
}
