using System.Data;
using System.Text.Json;
using Npgsql;
using TaskMesh.LocalCloud.Postgres;

namespace TaskMesh.LocalCloud.Sqs;

/// <param name="Attributes">JSON, or null.</param>
public readonly record struct NewMessage(Guid Id, string Body, string? Attributes, string? TraceHeader, TimeSpan Delay);

/// <param name="Source">The name of the queue from which it came to a dead-letter queue.</param>
public sealed record StoredMessage(
    ReceiptHandle Handle, Guid Id, DateTimeOffset Sent, DateTimeOffset FirstReceived, string? Source, string Body, string? Attributes,
    string? TraceHeader)
{
    public IReadOnlyDictionary<string, MessageAttributeValue> ReadAttributes() => Attributes is null
        ? new Dictionary<string, MessageAttributeValue>()
        : JsonSerializer.Deserialize(Attributes, SqsJson.Default.IReadOnlyDictionaryStringMessageAttributeValue)!;
}

/// <summary>What a receive found, and whether it moved messages to the dead-letter queue on its way.</summary>
public readonly record struct Received(IReadOnlyList<StoredMessage> Messages, bool MovedSome);

public enum VisibilityChange
{
    Done,
    NotInFlight,
    Gone,
}

public readonly record struct MessageCounts(long Visible, long NotVisible, long Delayed);

/// <summary>
/// The messages in PostgreSQL. Each request is one statement over all its messages, in one round trip; receivers pass over rows that
/// another one holds. Time is the caller's: one process keeps the store, so there is one clock.
/// </summary>
public sealed class MessageStore(NpgsqlDataSource source)
{
    /// <summary>
    /// In a statement that need not wait for the disk. Should PostgreSQL be killed in the next hundredths of a second, it may not have happened: then
    /// a message that was received or deleted comes once more, as SQS says it may. What is sent is on the disk before anybody is told, and so is
    /// all that came before it.
    /// </summary>
    private const string Forgettable = "(select set_config('synchronous_commit', 'off', true)) is not null";

    public async Task InsertAsync(SqsQueue queue, IReadOnlyList<NewMessage> messages, DateTimeOffset now, CancellationToken cancellation)
    {
        const string sql = """
            insert into local_cloud.message (queue, sent, visible_at, id, body, attributes, trace_header)
            select $1, $2, m.visible_at, m.id, m.body, m.attributes, m.trace_header
            from unnest($3, $4, $5, $6, $7) as m (visible_at, id, body, attributes, trace_header)
            """;
        await using var command = source.Command(
            sql,
            queue.Id,
            now,
            messages.Select(message => now + message.Delay).ToArray(),
            messages.Select(message => message.Id).ToArray(),
            messages.Select(message => message.Body).ToArray(),
            messages.Select(message => message.Attributes).ToArray(),
            messages.Select(message => message.TraceHeader).ToArray());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Takes what is due. What was received often enough moves to the dead-letter queue instead, as it is.</summary>
    public async Task<Received> ReceiveAsync(
        SqsQueue queue, SqsQueue? deadLetters, int most, TimeSpan visibility, DateTimeOffset now, CancellationToken cancellation)
    {
        const string sql = $"""
            with due as (
                select seq
                from local_cloud.message
                where queue = $1 and visible_at <= $2
                order by visible_at, seq
                limit $3
                for update skip locked
            )
            update local_cloud.message as m
            set queue = case when m.receives < $5 then m.queue else $6 end,
                source = case when m.receives < $5 then m.source else $7 end,
                visible_at = case when m.receives < $5 then $4 else $2 end,
                receives = case when m.receives < $5 then m.receives + 1 else m.receives end,
                first_received = coalesce(m.first_received, $2)
            where m.seq = any (array(select seq from due)) and {Forgettable}
            returning m.queue, m.seq, m.receives, m.id, m.sent, m.first_received, m.source, m.body, m.attributes, m.trace_header
            """;
        await using var command = source.Command(
            sql,
            queue.Id,
            now,
            most,
            now + visibility,
            deadLetters is null ? int.MaxValue : queue.Attributes.Redrive!.MaxReceiveCount,
            deadLetters?.Id ?? queue.Id,
            queue.Name);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var messages = new List<StoredMessage>(most);
        var moved = false;
        while (await reader.ReadAsync(cancellation))
        {
            if (reader.GetInt32(0) == queue.Id)
                messages.Add(Message(reader));
            else
                moved = true;
        }
        messages.Sort((left, right) => left.Handle.Message.CompareTo(right.Handle.Message));
        return new Received(messages, moved);
    }

    /// <summary>When the next message that nobody may receive yet becomes visible.</summary>
    public async Task<DateTimeOffset?> NextVisibleAsync(SqsQueue queue, DateTimeOffset now, CancellationToken cancellation)
    {
        const string sql = """
            select visible_at
            from local_cloud.message
            where queue = $1 and visible_at > $2
            order by visible_at
            limit 1
            """;
        await using var command = source.Command(sql, queue.Id, now);
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, cancellation);
        return await reader.ReadAsync(cancellation) ? reader.GetFieldValue<DateTimeOffset>(0) : null;
    }

    /// <summary>A stale handle deletes nothing, and nobody is told: SQS does the same.</summary>
    public async Task DeleteAsync(SqsQueue queue, IReadOnlyList<ReceiptHandle> handles, CancellationToken cancellation)
    {
        const string sql = $"""
            delete from local_cloud.message as m
            using unnest($2, $3) as h (seq, receives)
            where m.seq = h.seq and m.receives = h.receives and m.queue = $1 and {Forgettable}
            """;
        await using var command = source.Command(
            sql,
            queue.Id,
            handles.Select(handle => handle.Message).ToArray(),
            handles.Select(handle => handle.Receives).ToArray());
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>One answer per handle, in their order.</summary>
    public async Task<IReadOnlyList<VisibilityChange>> ChangeVisibilityAsync(
        SqsQueue queue, IReadOnlyList<(ReceiptHandle Handle, TimeSpan Visibility)> changes, DateTimeOffset now, CancellationToken cancellation)
    {
        const string sql = $"""
            with asked as (
                select *
                from unnest($2, $3, $4) with ordinality as a (seq, receives, visible_at, place)
            ), changed as (
                update local_cloud.message as m
                set visible_at = a.visible_at
                from asked as a
                where m.seq = a.seq and m.receives = a.receives and m.queue = $1 and m.visible_at > $5 and {Forgettable}
                returning m.seq
            )
            select c.seq is not null, m.seq is not null
            from asked as a
            left join changed as c on c.seq = a.seq
            left join local_cloud.message as m on m.seq = a.seq and m.receives = a.receives and m.queue = $1
            order by a.place
            """;
        await using var command = source.Command(
            sql,
            queue.Id,
            changes.Select(change => change.Handle.Message).ToArray(),
            changes.Select(change => change.Handle.Receives).ToArray(),
            changes.Select(change => now + change.Visibility).ToArray(),
            now);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var answers = new List<VisibilityChange>(changes.Count);
        while (await reader.ReadAsync(cancellation))
        {
            answers.Add(reader.GetBoolean(0) ? VisibilityChange.Done
                : reader.GetBoolean(1) ? VisibilityChange.NotInFlight
                : VisibilityChange.Gone);
        }
        return answers;
    }

    /// <summary>Makes everything visible that a receiver holds, because the receiver is known to be gone.</summary>
    public async Task ReleaseAsync(SqsQueue queue, DateTimeOffset now, CancellationToken cancellation)
    {
        const string sql = """
            update local_cloud.message
            set visible_at = $2
            where queue = $1 and visible_at > $2 and receives > 0
            """;
        await using var command = source.Command(sql, queue.Id, now);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public async Task<MessageCounts> CountAsync(SqsQueue queue, DateTimeOffset now, CancellationToken cancellation)
    {
        const string sql = """
            select count(*) filter (where visible_at <= $2),
                count(*) filter (where visible_at > $2 and receives > 0),
                count(*) filter (where visible_at > $2 and receives = 0)
            from local_cloud.message
            where queue = $1
            """;
        await using var command = source.Command(sql, queue.Id, now);
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow, cancellation);
        await reader.ReadAsync(cancellation);
        return new MessageCounts(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }

    /// <summary>How many messages are in flight, counted no further than to a number.</summary>
    public async Task<int> CountHeldAsync(SqsQueue queue, DateTimeOffset now, int most, CancellationToken cancellation)
    {
        const string sql = """
            select count(*)
            from (
                select
                from local_cloud.message
                where queue = $1 and visible_at > $2 and receives > 0
                limit $3
            ) as held
            """;
        await using var command = source.Command(sql, queue.Id, now, most);
        return (int)(long)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Deletes what was sent before a time.</summary>
    public async Task DeleteOlderAsync(SqsQueue queue, DateTimeOffset sentBefore, CancellationToken cancellation)
    {
        const string sql = """
            delete from local_cloud.message
            where queue = $1 and sent < $2
            """;
        await using var command = source.Command(sql, queue.Id, sentBefore);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static StoredMessage Message(NpgsqlDataReader reader) => new(
        new ReceiptHandle(reader.GetInt32(0), reader.GetInt64(1), reader.GetInt32(2)),
        reader.GetGuid(3),
        reader.GetFieldValue<DateTimeOffset>(4),
        reader.GetFieldValue<DateTimeOffset>(5),
        Text(reader, 6),
        reader.GetString(7),
        Text(reader, 8),
        Text(reader, 9));

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
