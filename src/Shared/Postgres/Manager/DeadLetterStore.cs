using System.Text.Json;
using Npgsql;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;
using static TaskMesh.Postgres.Manager.Statement;

namespace TaskMesh.Postgres.Manager;

/// <summary>What failed for good, with all that it takes to do it again; messages that were put aside; reports that came too late.</summary>
public sealed class DeadLetterStore(NpgsqlConnection connection)
{
    private const string Message = """
        json_build_object('name', t.name, 'input', t.input::json, 'labels', t.labels::json, 'sources', t.sources::json,
                          'timeouts', t.timeouts::json)::text
        """;

    /// <summary>Keeps tasks that have just failed.</summary>
    public Task KeepAsync(IReadOnlyCollection<Guid> tasks, CancellationToken cancellation)
    {
        const string sql = $"""
            insert into task_manager.dead_letter (task_id, collection_id, organisation, kind, state, attempt, failures, reason, message)
            select t.id, t.collection_id, t.organisation, t.kind, t.state, t.attempt, t.failures, t.reason, {Message}
              from unnest($1) as failed(id)
              join task_manager.task t on t.id = failed.id
                on conflict (task_id) do nothing
            """;
        return connection.Command(sql, In(tasks.ToArray())).ExecuteAsync(cancellation);
    }

    /// <summary>Keeps that reports came of attempts which others had taken over.</summary>
    public Task KeepStaleAsync(IReadOnlyList<(Guid Task, int Attempt, string Outcome)> reports, CancellationToken cancellation)
    {
        const string sql = """
            insert into task_manager.stale_report (task_id, attempt, outcome)
            select * from unnest($1, $2, $3)
                on conflict (task_id, attempt) do nothing
            """;
        return connection.Command(
            sql,
            In(reports.Select(report => report.Task).ToArray()),
            In(reports.Select(report => report.Attempt).ToArray()),
            In(reports.Select(report => report.Outcome).ToArray()))
            .ExecuteAsync(cancellation);
    }

    /// <summary>Takes the dead letters that were not replayed under this number yet.</summary>
    public Task<List<DeadLetter>> ReplayTasksAsync(IReadOnlyList<Guid> tasks, int number, CancellationToken cancellation)
    {
        const string sql = """
            with taken as (
                update task_manager.dead_letter d
                   set replays = $2
                 where d.task_id = any($1) and d.replays < $2
             returning d.task_id, d.collection_id, d.organisation, d.kind, d.message
            )
            select t.task_id, t.organisation, t.kind, t.message, c.priority, c.deadline - c.created_at, c.scope
              from taken t
              left join task_manager.collection c on c.id = t.collection_id
             order by t.task_id
            """;
        return connection.Command(sql, In(tasks.ToArray()), In(number)).QueryAsync(
            Letter, cancellation);
    }

    /// <summary>Takes the messages that were not replayed under this number yet.</summary>
    public Task<List<(string Queue, string MessageId, DateTime At, byte[] Body)>> ReplayMessagesAsync(
        IReadOnlyList<long> messages, int number, CancellationToken cancellation)
    {
        const string sql = """
            update task_manager.quarantine set replays = $2 where id = any($1) and replays < $2
         returning queue, message_id, at, body
         """;
        return connection.Command(sql, In(messages.ToArray()), In(number)).QueryAsync(
            row => (row.GetString(0), row.GetString(1), row.GetDateTime(2), row.GetFieldValue<byte[]>(3)), cancellation);
    }

    /// <summary>What a collection was made of; null if there is no such collection.</summary>
    public async Task<PastSubmission?> SubmissionAsync(Guid collection, CancellationToken cancellation)
    {
        const string sql = $"""
            select t.id, t.organisation, t.kind, {Message}, c.priority, c.deadline - c.created_at, c.scope, c.state::text, c.submission
              from task_manager.collection c
              left join lateral (
                   select * from task_manager.task t where c.submission is null and t.container_id = c.id order by t.ordinal limit 1) t on true
             where c.id = $1
            """;
        var found = await connection.Command(sql, In(collection)).QueryAsync(
            row => new PastSubmission(
                row.Enum<TaskState>(7).IsTerminal(),
                row.IsDBNull(8) ? null : row.GetFieldValue<byte[]>(8),
                row.IsDBNull(0) ? null : Letter(row)),
            cancellation);
        return found.SingleOrDefault();
    }

    /// <summary>Notes whose work these collections do again.</summary>
    public Task LinkAsync(IReadOnlyList<(Guid Collection, Guid Of)> replays, CancellationToken cancellation)
    {
        const string sql = """
            update task_manager.collection c set replay_of = r.work from unnest($1, $2) as r(collection, work) where c.id = r.collection
            """;
        return connection.Command(
            sql, In(replays.Select(replay => replay.Collection).ToArray()), In(replays.Select(replay => replay.Of).ToArray()))
            .ExecuteAsync(cancellation);
    }

    private static DeadLetter Letter(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        row.GetString(1),
        row.GetString(2),
        JsonSerializer.Deserialize(row.GetString(3), MessageJson.Default.DeadTask)!,
        row.IsDBNull(4) ? 0 : row.GetInt16(4),
        row.IsDBNull(5) ? null : row.GetTimeSpan(5),
        row.TextOrNull(6) is { } scope ? Json.ReadScope(scope) : []);
}
