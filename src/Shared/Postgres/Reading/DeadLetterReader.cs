using Dapper;
using Npgsql;

namespace TaskMesh.Postgres.Reading;

/// <summary>What failed for good: tasks after their last attempt, and messages that nobody could read or accept.</summary>
public sealed class DeadLetterReader(NpgsqlDataSource database)
{
    /// <summary>The oldest first, so that a replay keeps the order.</summary>
    public async Task<IReadOnlyList<DeadLetterView>> ListAsync(DeadLetterFilter filter, int limit, CancellationToken cancellation)
    {
        const string sql = """
            select task_id::text as id, at, kind, organisation, state::text as state, reason, replays
              from task_manager.dead_letter
             where (@kind::text is null or kind = @kind)
               and (@organisation::text is null or organisation = @organisation)
               and (@reason::text is null or position(lower(@reason) in lower(coalesce(reason, ''))) > 0)
               and (@since::timestamptz is null or at >= @since)
               and (@collection::uuid is null or collection_id = @collection or task_id = @collection)
             union all
            select id::text, at, null, null, 'Quarantined', reason, replays
              from task_manager.quarantine
             where @kind::text is null and @organisation::text is null and @collection::uuid is null
               and (@reason::text is null or position(lower(@reason) in lower(reason)) > 0)
               and (@since::timestamptz is null or at >= @since)
             order by at, id
             limit @limit
            """;
        var parameters = new { filter.Kind, filter.Organisation, filter.Reason, since = filter.Since?.UtcDateTime, filter.Collection, limit };
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<DeadLetterView>(new CommandDefinition(sql, parameters, cancellationToken: cancellation))).AsList();
    }

    /// <param name="id">A task's id, or the number of a message that was put aside.</param>
    public async Task<DeadLetterDetails?> FindAsync(string id, CancellationToken cancellation)
    {
        const string sql = """
            select task_id::text as id, at, kind, organisation, state::text as state, reason, replays, attempt, failures,
                   convert_to(message, 'UTF8') as body, null as queue
              from task_manager.dead_letter where task_id::text = @id
             union all
            select id::text, at, null, null, 'Quarantined', reason, replays, 0, 0, body, queue
              from task_manager.quarantine where id::text = @id
            """;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QueryFirstOrDefaultAsync<DeadLetterDetails>(new CommandDefinition(sql, new { id }, cancellationToken: cancellation));
    }

    /// <summary>How often a collection was run again from its beginning.</summary>
    public async Task<int> RunsAgainAsync(Guid collection, CancellationToken cancellation)
    {
        const string sql = "select count(*)::int from task_manager.collection where replay_of = @collection";
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<int>(new CommandDefinition(sql, new { collection }, cancellationToken: cancellation));
    }

    /// <summary>Why a submission was put aside; null if it was not.</summary>
    public async Task<string?> RefusalAsync(Guid submission, CancellationToken cancellation)
    {
        const string sql = "select reason from task_manager.quarantine where message_id = @id order by id desc limit 1";
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QueryFirstOrDefaultAsync<string>(
            new CommandDefinition(sql, new { id = submission.ToString() }, cancellationToken: cancellation));
    }
}

/// <param name="Reason">Part of it, in any case.</param>
/// <param name="Collection">Of this collection, or this task alone.</param>
public sealed record DeadLetterFilter(
    string? Kind = null, string? Organisation = null, string? Reason = null, DateTimeOffset? Since = null, Guid? Collection = null);

/// <param name="Kind">Null of a message that was put aside.</param>
public sealed record DeadLetterView(string Id, DateTime At, string? Kind, string? Organisation, string State, string? Reason, int Replays);

public sealed record DeadLetterDetails(
    string Id,
    DateTime At,
    string? Kind,
    string? Organisation,
    string State,
    string? Reason,
    int Replays,
    int Attempt,
    int Failures,
    byte[] Body,
    string? Queue);
