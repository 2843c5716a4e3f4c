using System.Text.Json;
using Npgsql;
using TaskMesh.LocalCloud.Postgres;

namespace TaskMesh.LocalCloud.Sqs;

/// <summary>The queues in PostgreSQL. Few and seldom changed: read once, written through.</summary>
public sealed class QueueStore(NpgsqlDataSource source)
{
    /// <summary>
    /// "visible_at" alone says whether a message may be received: a delay, a visibility timeout and a failed receive all only move it.
    /// The table is vacuumed by count, not by share: every message leaves two dead rows behind, however full the table is.
    /// </summary>
    public async Task CreateTablesAsync(CancellationToken cancellation)
    {
        const string sql = """
            create schema if not exists local_cloud;
            create table if not exists local_cloud.queue (
                id integer generated always as identity primary key,
                name text not null unique,
                created timestamptz not null,
                attributes text not null,
                tags text not null
            );
            create table if not exists local_cloud.message (
                seq bigint generated always as identity primary key,
                queue integer not null,
                visible_at timestamptz not null,
                receives integer not null default 0,
                id uuid not null,
                sent timestamptz not null,
                first_received timestamptz,
                source text,
                body text not null,
                attributes text,
                trace_header text
            ) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 0);
            create index if not exists message_due on local_cloud.message (queue, visible_at, seq);
            create table if not exists local_cloud.move_task (
                id integer generated always as identity primary key,
                source integer not null,
                destination text,
                per_second integer,
                started timestamptz not null,
                to_move bigint not null,
                moved bigint not null default 0,
                status text not null default 'RUNNING',
                failure text
            );
            create unique index if not exists move_task_running on local_cloud.move_task (source) where status = 'RUNNING';
            """;
        await using var command = source.Command(sql);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public async Task<List<SqsQueue>> LoadAsync(CancellationToken cancellation)
    {
        const string sql = """
            select id, name, created, attributes, tags
            from local_cloud.queue
            """;
        await using var command = source.Command(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var queues = new List<SqsQueue>();
        while (await reader.ReadAsync(cancellation))
        {
            queues.Add(new SqsQueue(
                reader.GetInt32(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2),
                QueueAttributes.Default.With(Texts(reader.GetString(3))), Texts(reader.GetString(4))));
        }
        return queues;
    }

    public async Task<SqsQueue> InsertAsync(
        string name, QueueAttributes attributes, IReadOnlyDictionary<string, string> tags, DateTimeOffset created, CancellationToken cancellation)
    {
        const string sql = """
            insert into local_cloud.queue (name, created, attributes, tags)
            values ($1, $2, $3, $4)
            returning id
            """;
        await using var command = source.Command(sql, name, created, Json(attributes.Texts), Json(tags));
        return new SqsQueue((int)(await command.ExecuteScalarAsync(cancellation))!, name, created, attributes, tags);
    }

    public async Task UpdateAsync(
        SqsQueue queue, QueueAttributes attributes, IReadOnlyDictionary<string, string> tags, CancellationToken cancellation)
    {
        const string sql = """
            update local_cloud.queue
            set attributes = $2, tags = $3
            where id = $1
            """;
        await using var command = source.Command(sql, queue.Id, Json(attributes.Texts), Json(tags));
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public async Task DeleteAsync(SqsQueue queue, CancellationToken cancellation)
    {
        const string sql = """
            with messages as (delete from local_cloud.message where queue = $1),
                tasks as (delete from local_cloud.move_task where source = $1)
            delete from local_cloud.queue
            where id = $1
            """;
        await using var command = source.Command(sql, queue.Id);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static string Json(IReadOnlyDictionary<string, string> texts) =>
        JsonSerializer.Serialize(texts, SqsJson.Default.IReadOnlyDictionaryStringString);

    private static IReadOnlyDictionary<string, string> Texts(string json) =>
        JsonSerializer.Deserialize(json, SqsJson.Default.IReadOnlyDictionaryStringString)!;
}
