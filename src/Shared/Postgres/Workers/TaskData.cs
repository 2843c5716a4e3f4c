using System.Runtime.CompilerServices;
using System.Text.Json;
using Dapper;
using Npgsql;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Execution;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Postgres.Workers;

/// <summary>Task data as one running attempt sees it. Every write begins with the fence, so a late attempt writes nothing.</summary>
public sealed class TaskData(
    NpgsqlDataSource database, RunTask run, IObjectStore? objects = null, ResultLimits? limits = null, TimeProvider? clock = null) : ITaskData
{
    private const int PageSize = 1_000;

    /// <summary>Part 0 is what the task returns, and the Manager writes it.</summary>
    private int _lastPart;

    private readonly Fence _fence = new(database, run, clock);
    private readonly long _quota = (limits ?? new ResultLimits()).QuotaBytes;
    private long _bytes;
    private bool _hasAdopted;

    public async Task<JsonElement?> ReadResultAsync(Guid task, CancellationToken cancellation)
    {
        var row = await _fence.ReadAsync(async connection =>
        {
            const string sql = """
                select data, object_bucket, object_key, object_length, object_sha256 from task_manager.result_rows(@collection, @task) limit 1
                """;
            return await connection.QueryFirstOrDefaultAsync<(string? Data, string Bucket, string? Key, long? Length, string Sha256)>(
                new CommandDefinition(sql, new { collection = run.Collection, task }, cancellationToken: cancellation));
        }, cancellation);
        return await ContentAsync(row.Data, row.Key is null ? null : new(row.Bucket, row.Key, row.Length!.Value, row.Sha256), cancellation);
    }

    public async IAsyncEnumerable<ChildResult> ReadChildrenAsync(string container, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var after = -1;
        while (true)
        {
            var page = await _fence.ReadAsync(
                connection => PageAsync(connection, container, after, cancellation), cancellation);
            if (after < 0 && page.Count == 0 && !await _fence.ReadAsync(
                connection => ExistsAsync(connection, container, cancellation), cancellation))
                throw new KeyNotFoundException($"the collection has no container '{container}'");
            foreach (var child in page)
            {
                yield return new ChildResult(
                    child.Name, Enum.Parse<TaskState>(child.State), await ContentAsync(child.Data, child.At, cancellation));
            }
            if (page.Count < PageSize)
                yield break;
            after = page[^1].Ordinal;
        }
    }

    public async Task AppendResultAsync(JsonElement part, CancellationToken cancellation)
    {
        var data = Json.Write(part);
        var bytes = Interlocked.Add(ref _bytes, data.Length);
        if (bytes > _quota)
            throw ResultQuotaException.Of(bytes, _quota);
        const string sql = "insert into task_manager.task_data (task_id, attempt, part, data) values (@task, @attempt, @part, @data)";
        // What is there already the second time was committed the first time. What is there the first time is another's.
        const string again = $"{sql} on conflict do nothing";
        int? number = null;
        await _fence.WriteAsync(
            async connection =>
            {
                await AdoptAsync(connection, cancellation);
                var isAgain = number is not null;
                number ??= Interlocked.Increment(ref _lastPart);
                return await connection.ExecuteAsync(new CommandDefinition(
                    isAgain ? again : sql, new { task = run.Id, attempt = run.Attempt, part = number, data }, cancellationToken: cancellation));
            },
            cancellation);
        _hasAdopted = true;
    }

    public async Task SaveCheckpointAsync(JsonElement checkpoint, CancellationToken cancellation)
    {
        const string sql = "select task_manager.save_checkpoint(@checkpoint, @parts)";
        await _fence.WriteAsync(
            async connection =>
            {
                await AdoptAsync(connection, cancellation);
                return await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
                    sql,
                    new { checkpoint = Json.Write(checkpoint), parts = _lastPart },
                    cancellationToken: cancellation));
            },
            cancellation);
        _hasAdopted = true;
    }

    public Task<JsonElement?> ReadSharedAsync(string key, CancellationToken cancellation) =>
        _fence.ReadAsync<JsonElement?>(
            async connection =>
            {
                const string sql = "select data from task_manager.task_collection_data where collection_id = @collection and key = @key";
                var text = await connection.QueryFirstOrDefaultAsync<string>(
                    new CommandDefinition(sql, new { collection = run.Collection, key }, cancellationToken: cancellation));
                return text is null ? null : Json.ReadElement(text);
            },
            cancellation);

    public Task WriteSharedAsync(string key, JsonElement value, CancellationToken cancellation)
    {
        const string sql = """
            insert into task_manager.task_collection_data (collection_id, key, data, task_id)
            values (@collection, @key, @data, @task)
                on conflict (collection_id, key) do update set data = excluded.data, task_id = excluded.task_id
            """;
        return _fence.WriteAsync(
            connection => connection.ExecuteAsync(new CommandDefinition(
                sql, new { collection = run.Collection, key, data = Json.Write(value), task = run.Id }, cancellationToken: cancellation)),
            cancellation);
    }

    /// <summary>Before this attempt's first part: an attempt that goes on from a checkpoint goes on with the parts that belong to it.</summary>
    private async Task AdoptAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (_hasAdopted || run.Checkpoint is null)
            return;
        const string sql = "select task_manager.adopt_parts()";
        var adopted = await connection.ExecuteScalarAsync<int>(new CommandDefinition(sql, cancellationToken: cancellation));
        // A transaction that is done again has numbered its own part already.
        _lastPart = Math.Max(_lastPart, adopted);
    }

    private async Task<List<ChildRow>> PageAsync(NpgsqlConnection connection, string container, int after, CancellationToken cancellation)
    {
        const string sql = """
            select ordinal, name, state, data, object_bucket as bucket, object_key as key, object_length as length, object_sha256 as sha256
              from task_manager.container_results(@collection, @container, @after, @limit)
            """;
        var rows = await connection.QueryAsync<ChildRow>(new CommandDefinition(
            sql, new { collection = run.Collection, container, after, limit = PageSize }, cancellationToken: cancellation));
        return rows.AsList();
    }

    private async Task<JsonElement?> ContentAsync(string? data, ObjectReference? at, CancellationToken cancellation)
    {
        if (data is not null)
            return Json.ReadElement(data);
        if (at is null)
            return null;
        if (objects is null)
            throw new InvalidOperationException($"The result {at.Key} is in the object store, and this worker has none.");
        return JsonElement.Parse((await objects.GetAsync(at, cancellation)).Span);
    }

    private sealed record ChildRow(
        int Ordinal, string Name, string State, string? Data, string? Bucket, string? Key, long? Length, string? Sha256)
    {
        public ObjectReference? At => Key is null ? null : new(Bucket!, Key, Length!.Value, Sha256!);
    }

    private async Task<bool> ExistsAsync(NpgsqlConnection connection, string container, CancellationToken cancellation)
    {
        const string sql = "select task_manager.has_container(@collection, @container)";
        return await connection.ExecuteScalarAsync<bool>(
            new CommandDefinition(sql, new { collection = run.Collection, container }, cancellationToken: cancellation));
    }
}
