using Npgsql;
using TaskMesh.Core.Workflow;
using static TaskMesh.Postgres.Manager.Statement;

namespace TaskMesh.Postgres.Manager;

/// <summary>Tasks that may have left something elsewhere, so that it is cleaned up when they end without having had the last word.</summary>
public sealed class LeftoverStore(NpgsqlConnection connection)
{
    public const int Limit = 100;

    public Task ExpectAsync(IReadOnlyCollection<Guid> tasks, CancellationToken cancellation)
    {
        const string sql = "insert into task_manager.leftover (task_id) select * from unnest($1) on conflict do nothing";
        return connection.Command(sql, In(tasks.ToArray())).LaterAsync(cancellation);
    }

    /// <summary>Takes tasks that have ended, as soon as their last attempt has reported or cannot run any more.</summary>
    /// <param name="longest">An attempt is over so long after its dispatch.</param>
    public Task<List<Leftover>> TakeAsync(TimeSpan longest, CancellationToken cancellation)
    {
        const string sql = """
            with ended as (
                select l.task_id, t.kind, t.state::text, t.organisation, t.labels
                  from task_manager.leftover l
                  join task_manager.task t on t.id = l.task_id
                 where t.ended_at is not null
                   and not exists (select from task_manager.task_event sent
                                    where sent.task_id = t.id and sent.attempt = t.attempt and sent.state = 'Dispatched'
                                      and sent.at > task_manager.clock() - $1
                                      and not exists (select from task_manager.task_event back
                                                       where back.task_id = t.id and back.attempt = t.attempt and back.at >= sent.at
                                                         and back.state in ('Pending', 'Succeeded', 'Failed')))
                 order by l.task_id
                 limit $2
                   for update of l skip locked
            )
            delete from task_manager.leftover l using ended e where l.task_id = e.task_id
         returning e.task_id, e.kind, e.state, e.organisation, e.labels
         """;
        return connection.Command(sql, In(longest), In(Limit)).QueryAsync(
            row => new Leftover(
                row.GetGuid(0),
                row.GetString(1),
                row.Enum<TaskState>(2),
                row.GetString(3),
                row.TextOrNull(4) is { } labels ? Json.ReadLabels(labels) : null),
            cancellation);
    }
}

/// <param name="State">How the task has ended.</param>
public sealed record Leftover(Guid Task, string Kind, TaskState State, string Organisation, IReadOnlyDictionary<string, string>? Labels);
