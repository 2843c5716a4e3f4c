using System.Text.Json;
using Npgsql;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Workflow;
using static TaskMesh.Postgres.Manager.Statement;

namespace TaskMesh.Postgres.Manager;

/// <summary>What people tell the mesh, and the record of it; and what nobody could read.</summary>
public sealed class ControlStore(NpgsqlConnection connection)
{
    /// <returns>False if this control message was carried out before.</returns>
    public async Task<bool> RecordAsync(Control control, CancellationToken cancellation)
    {
        const string sql = "insert into task_manager.audit (id, who, why, action) values ($1, $2, $3, $4) on conflict (id) do nothing";
        var action = JsonSerializer.Serialize(control.Action, MessageJson.Default.ControlAction);
        return await connection.Command(sql, In(control.Id), In(control.Who), In(control.Why), In(action)).ExecuteAsync(cancellation) > 0;
    }

    /// <summary>Keeps why a recorded control message was not carried out.</summary>
    public Task RefuseAsync(Guid control, string reason, CancellationToken cancellation)
    {
        const string sql = "insert into task_manager.audit_refusal (id, reason) values ($1, $2)";
        return connection.Command(sql, In(control), In(reason.Replace('\0', '\uFFFD'))).ExecuteAsync(cancellation);
    }

    public Task SetScopeAsync(string organisation, ScanScope scope, CancellationToken cancellation)
    {
        const string sql = """
            insert into task_manager.organisation (name, scope) values ($1, $2)
                on conflict (name) do update set scope = excluded.scope
            """;
        return connection.Command(
            sql, In(organisation), In(JsonSerializer.Serialize(scope, MessageJson.Default.ScanScope))).ExecuteAsync(cancellation);
    }

    /// <returns>Whether there is such an organisation.</returns>
    public async Task<bool> SetLimitsAsync(string organisation, OrganisationLimits limits, CancellationToken cancellation)
    {
        const string sql = """
            update task_manager.organisation set most_waiting = $2, most_tasks = $3, packet_rate = $4, rescan_interval = $5 where name = $1
            """;
        return await connection.Command(
            sql, In(organisation), In(limits.MostWaiting), In(limits.MostTasks), In(limits.PacketsPerSecond), In(limits.RescanInterval))
            .ExecuteAsync(cancellation) > 0;
    }

    public Task SetNetworkRateAsync(int packetsPerSecond, CancellationToken cancellation) =>
        connection.Command("update task_manager.control_state set network_rate = $1", In(packetsPerSecond)).ExecuteAsync(cancellation);

    public Task SetKillSwitchAsync(bool on, CancellationToken cancellation)
    {
        const string sql = "update task_manager.control_state set kill_switch = $1, changed_at = task_manager.clock()";
        return connection.Command(sql, In(on)).ExecuteAsync(cancellation);
    }

    /// <summary>What an id to be cancelled stands for, with the container that it is in; null if there is no such thing.</summary>
    public async Task<CancelTarget?> TargetAsync(Guid id, CancellationToken cancellation)
    {
        const string sql = """
            select true, parent_id from task_manager.container where id = $1
             union all
            select false, container_id from task_manager.task where id = $1
            """;
        var rows = await connection.Command(sql, In(id)).QueryAsync(
            row => new CancelTarget(row.GetBoolean(0), row.IsDBNull(1) ? null : row.GetGuid(1)), cancellation);
        return rows.OrderByDescending(row => row.IsContainer).FirstOrDefault();
    }

    /// <summary>
    /// Lets a child that is cancelled before its turn use its turn up now, also where the container has not started: it moves before those that
    /// still wait, so that each end still opens exactly one of them.
    /// </summary>
    /// <returns>False if its turn had come, or if nobody waits for turns.</returns>
    public async Task<bool> UseTurnAsync(Guid child, Guid container, CancellationToken cancellation)
    {
        const string sql = """
            with place as (
                select p.id, p.collection_id, p.released, x.ordinal
                  from task_manager.container p,
                       (select ordinal from task_manager.task where id = $1 and container_id = $2
                         union all
                        select ordinal from task_manager.container where id = $1 and parent_id = $2) x
                 where p.id = $2 and x.ordinal >= p.released and (p.mode = 'Sequential' or p.max_concurrency is not null)
                   for update of p
            ), tasks as (
                update task_manager.task t
                   set ordinal = case when t.id = $1 then place.released else t.ordinal + 1 end
                  from place
                 where t.container_id = place.id and t.ordinal between place.released and place.ordinal
            ), containers as (
                update task_manager.container c
                   set ordinal = case when c.id = $1 then place.released else c.ordinal + 1 end
                  from place
                 where c.collection_id = place.collection_id and c.parent_id = place.id and c.ordinal between place.released and place.ordinal
            )
            update task_manager.container p set released = p.released + 1 from place where p.id = place.id
            """;
        return await connection.Command(sql, In(child), In(container)).ExecuteAsync(cancellation) > 0;
    }

    /// <summary>Opens a container that waits for its turn, so that it can be closed like any other.</summary>
    public Task OpenAsync(Guid container, CancellationToken cancellation)
    {
        const string sql = "update task_manager.container set state = 'Running', released = 0 where id = $1 and state = 'Pending'";
        return connection.Command(sql, In(container)).ExecuteAsync(cancellation);
    }

    /// <returns>The task if it had not ended; null if there is none or it had.</returns>
    public async Task<SweptTask?> CancelTaskAsync(Guid task, string reason, CancellationToken cancellation)
    {
        const string sql = """
            with target as (
                select id, state, pool from task_manager.task where id = $1 for update
            )
            update task_manager.task t
               set state = 'Cancelled', ready = false, held_by = null, wake_at = null, lease_until = null, ended_at = task_manager.clock(),
                   reason = $2
              from target
             where t.id = target.id and t.state in ('Pending', 'Dispatched', 'Running', 'PendingTaskCreation')
         returning t.id, t.state::text, case when target.state in ('Dispatched', 'Running') then target.pool end, t.container_id
         """;
        var rows = await connection.Command(sql, In(task), In(reason)).QueryAsync(
            row => new SweptTask(row.GetGuid(0), row.Enum<TaskState>(1), row.TextOrNull(2), row.GetGuid(3)), cancellation);
        return rows.FirstOrDefault();
    }

    /// <summary>Every pool, for what may let tasks of any start.</summary>
    public Task<List<string>> PoolsAsync(CancellationToken cancellation) =>
        connection.Command("select name from task_manager.pool").QueryAsync(row => row.GetString(0), cancellation);

    public Task QuarantineAsync(IReadOnlyList<(string Queue, string MessageId, byte[] Body, string Reason)> messages, CancellationToken cancellation)
    {
        const string sql = """
            insert into task_manager.quarantine (queue, message_id, body, reason)
            select * from unnest($1, $2, $3, $4)
                on conflict (queue, message_id) do nothing
            """;
        return connection.Command(
            sql,
            In(messages.Select(message => message.Queue).ToArray()),
            In(messages.Select(message => message.MessageId).ToArray()),
            In(messages.Select(message => message.Body).ToArray()),
            In(messages.Select(message => message.Reason.Replace('\0', '\uFFFD')).ToArray()))
            .ExecuteAsync(cancellation);
    }
}
