using System.Text.Json;
using Npgsql;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scope;
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

    public Task SetScopeAsync(string organisation, ScanScope scope, CancellationToken cancellation)
    {
        const string sql = """
            insert into task_manager.organisation (name, scope) values ($1, $2)
                on conflict (name) do update set scope = excluded.scope
            """;
        return connection.Command(
            sql, In(organisation), In(JsonSerializer.Serialize(scope, MessageJson.Default.ScanScope))).ExecuteAsync(cancellation);
    }

    public Task SetKillSwitchAsync(bool on, CancellationToken cancellation)
    {
        const string sql = "update task_manager.control_state set kill_switch = $1, changed_at = task_manager.clock()";
        return connection.Command(sql, In(on)).ExecuteAsync(cancellation);
    }

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
            In(messages.Select(message => message.Reason).ToArray()))
            .ExecuteAsync(cancellation);
    }
}
