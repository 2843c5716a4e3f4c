using Npgsql;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;
using static TaskMesh.Postgres.Manager.Statement;

namespace TaskMesh.Postgres.Manager;

/// <summary>Task rows: made once, then moved by statements that name the attempt and the states that they expect.</summary>
public sealed class TaskStore(NpgsqlConnection connection)
{
    /// <summary>
    /// Inserts tasks in the state that their place in the workflow and their pool's room allow, and writes the outbox for those that are
    /// dispatched at once.
    /// </summary>
    /// <param name="rows">The outbox row of each pool that has one to write here.</param>
    /// <returns>What was inserted.</returns>
    public Task<Later<InsertedTask>> InsertAsync(
        IReadOnlyList<NewTask> tasks, IReadOnlyDictionary<string, long> rows, CancellationToken cancellation)
    {
        const string sql = """
            with inserted as (
                insert into task_manager.task (
                       id, collection_id, container_id, ordinal, attempt, state, ready, nonce, lease_until, priority, deadline, organisation, pool,
                       kind, name, input, sources, labels, reason, timeouts, parent_id, ended_at)
                select t.id, t.collection_id, t.container_id, t.ordinal, t.dispatched::int,
                       case when t.dispatched then 'Dispatched' when t.refused then 'Failed' else 'Pending' end::task_manager.task_state,
                       t.ready, gen_random_uuid(),
                       case when t.dispatched then k.now + coalesce(t.lease, (t.timeouts::json ->> 'queue')::interval) end,
                       t.priority, k.now + t.deadline, t.organisation, t.pool, t.kind, t.name, t.input, t.sources, t.labels, t.reason, t.timeouts,
                       t.parent_id, case when t.refused then k.now end
                  from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
                       as t(id, collection_id, container_id, ordinal, dispatched, ready, lease, priority, deadline, organisation, pool, kind, name,
                            input, sources, labels, reason, timeouts, parent_id, refused),
                       (select task_manager.clock() as now) k
                    on conflict (id) do nothing
             returning id, nonce, deadline, state, pool
            ), boxed as (
                insert into task_manager.dispatch (id, pool, tasks, attempts) overriding system value
                select r.id, r.pool, array_agg(i.id), array_agg(1)
                  from unnest($21, $22) as r(pool, id)
                  join inserted i on i.pool = r.pool
                 where i.state = 'Dispatched'
                 group by r.id, r.pool
             returning pool, cardinality(tasks) as count
            ), counted as (
                update task_manager.pool p set in_flight = p.in_flight + b.count from boxed b where p.name = b.pool
            )
            select id, nonce, deadline, state = 'Dispatched' from inserted
            """;
        var byId = tasks.ToDictionary(task => task.Plan.Id);
        return connection.Command(
            sql,
            In(tasks.Select(task => task.Plan.Id).ToArray()),
            In(tasks.Select(task => task.Collection.Id).ToArray()),
            In(tasks.Select(task => task.Plan.Container).ToArray()),
            In(tasks.Select(task => task.Plan.Ordinal).ToArray()),
            In(tasks.Select(task => task.Dispatched).ToArray()),
            In(tasks.Select(task => task is { Plan: { Started: true, Pool: not null, Refusal: null }, Dispatched: false }).ToArray()),
            In(tasks.Select(task => task.Lease).ToArray()),
            In(tasks.Select(task => (short)task.Collection.Priority).ToArray()),
            In(tasks.Select(task => task.Collection.Deadline).ToArray()),
            In(tasks.Select(task => task.Collection.Organisation).ToArray()),
            In(tasks.Select(task => task.Plan.Pool).ToArray()),
            In(tasks.Select(task => task.Plan.Kind).ToArray()),
            In(tasks.Select(task => task.Plan.Name).ToArray()),
            In(tasks.Select(task => Json.Write(task.Plan.Input)).ToArray()),
            In(tasks.Select(task => task.Plan.Sources is { } sources ? Json.Write(sources) : null).ToArray()),
            In(tasks.Select(task => task.Plan.Labels.Count == 0 ? null : Json.Write(task.Plan.Labels)).ToArray()),
            In(tasks.Select(task => Reason(task.Plan)).ToArray()),
            In(tasks.Select(task => task.Plan.Timeouts is { } timeouts ? Json.Write(timeouts) : null).ToArray()),
            In(tasks.Select(task => task.Plan.Parent).ToArray()),
            In(tasks.Select(task => task.Plan.Refusal is not null).ToArray()),
            In(rows.Keys.ToArray()),
            In(rows.Values.ToArray()))
            .QueryLaterAsync(
                row => new InsertedTask(
                    row.GetGuid(0), row.GetBoolean(3) ? byId[row.GetGuid(0)].AsDispatched(row.GetGuid(1), row.GetDateTime(2)) : null),
                cancellation);
    }

    internal static string NoWorkerFor(IReadOnlyDictionary<string, string> labels) =>
        $"no-worker-for:{string.Join(',', labels.Select(label => $"{label.Key}={label.Value}"))}";

    private static string? Reason(TaskPlan plan) => plan switch
    {
        { Refusal: { } refusal } => refusal,
        { Pool: null } => NoWorkerFor(plan.Labels),
        _ => null,
    };

    /// <summary>What the rules need to know of tasks whose attempts have ended, locked in the order of their ids.</summary>
    public Task<List<TaskFacts>> LockAsync(IReadOnlyCollection<Guid> tasks, CancellationToken cancellation)
    {
        const string sql = """
            select t.id, t.attempt, t.nonce, t.state::text, t.failures, t.kind, t.container_id, t.ordinal, t.pool, t.deadline - task_manager.clock(),
                   c.state::text, c.mode::text, c.max_concurrency is not null
              from (select id from unnest($1) as asked(id) order by id) asked
              join task_manager.task t on t.id = asked.id
              join task_manager.container c on c.id = t.container_id
               for update of t
            """;
        return connection.Command(sql, In(tasks.ToArray())).QueryAsync(
            row => new TaskFacts(
                row.GetGuid(0),
                row.GetInt32(1),
                row.IsDBNull(2) ? Guid.Empty : row.GetGuid(2),
                row.Enum<TaskState>(3),
                row.GetInt16(4),
                row.GetString(5),
                row.GetGuid(6),
                row.GetInt32(7),
                row.TextOrNull(8),
                row.GetTimeSpan(9),
                row.Enum<TaskState>(10),
                row.Enum<ContainerMode>(11),
                row.GetBoolean(12)),
            cancellation);
    }

    /// <summary>Ends attempts: the task moves on only if it is still at the attempt that the move was decided for.</summary>
    public Task MoveAsync(IReadOnlyList<(TaskFacts Task, TaskMove Move)> moves, CancellationToken cancellation)
    {
        const string sql = """
            update task_manager.task t
               set state = m.state::task_manager.task_state,
                   failures = m.failures,
                   lost = 0,
                   reason = m.reason,
                   stack = m.stack,
                   checkpoint = coalesce(m.checkpoint, t.checkpoint),
                   wake_at = case when m.state = 'Pending' then k.now + m.wait end,
                   ended_at = case when m.state not in ('Pending', 'PendingTaskCreation') then k.now end,
                   lease_until = null
              from unnest($1, $2, $3, $4, $5, $6, $7, $8) as m(id, attempt, state, failures, reason, checkpoint, wait, stack),
                   (select task_manager.clock() as now) k
             where t.id = m.id
               and t.attempt = m.attempt
               and t.state in ('Dispatched', 'Running')
            """;
        return connection.Command(
            sql,
            In(moves.Select(move => move.Task.Id).ToArray()),
            In(moves.Select(move => move.Task.Attempt).ToArray()),
            In(moves.Select(move => move.Move.State.ToString()).ToArray()),
            In(moves.Select(move => (short)move.Move.Failures).ToArray()),
            In(moves.Select(move => move.Move.Reason).ToArray()),
            In(moves.Select(move => move.Move.Checkpoint is { } checkpoint ? Json.Write(checkpoint) : null).ToArray()),
            In(moves.Select(move => move.Move.Wait).ToArray()),
            In(moves.Select(move => move.Move.Stack).ToArray()))
            .LaterAsync(cancellation);
    }

    /// <summary>The outputs of tasks that succeeded; part 0 is what a task returned.</summary>
    public async Task<IReadOnlyDictionary<Guid, StoredOutput>> OutputsAsync(IReadOnlyCollection<Guid> tasks, CancellationToken cancellation)
    {
        const string sql = """
            select t.id, d.data, d.object_bucket, d.object_key, d.object_length, d.object_sha256
              from unnest($1) as asked(id)
              join task_manager.task t on t.id = asked.id
              join task_manager.task_data d on d.task_id = t.id and d.attempt = t.attempt and d.part = 0
             where t.state = 'Succeeded'
            """;
        var rows = await connection.Command(sql, In(tasks.ToArray())).QueryAsync(
            row => (Id: row.GetGuid(0), Output: ReadOutput(row)), cancellation);
        return rows.ToDictionary(row => row.Id, row => row.Output);
    }

    public Task InsertOutputsAsync(IReadOnlyList<(Guid Task, int Attempt, StoredOutput Output)> outputs, CancellationToken cancellation)
    {
        const string sql = """
            insert into task_manager.task_data
                   (task_id, attempt, part, data, object_bucket, object_key, object_length, object_sha256)
            select o.task_id, o.attempt, 0, o.data, o.bucket, o.key, o.length, o.sha256
              from unnest($1, $2, $3, $4, $5, $6, $7) as o(task_id, attempt, data, bucket, key, length, sha256)
                on conflict (task_id, attempt, part) do nothing
            """;
        return connection.Command(
            sql,
            In(outputs.Select(output => output.Task).ToArray()),
            In(outputs.Select(output => output.Attempt).ToArray()),
            In(outputs.Select(output => output.Output.Data is { } data ? Json.Write(data) : null).ToArray()),
            In(outputs.Select(output => output.Output.At?.Bucket).ToArray()),
            In(outputs.Select(output => output.Output.At?.Key).ToArray()),
            In(outputs.Select(output => output.Output.At?.Length).ToArray()),
            In(outputs.Select(output => output.Output.At?.Sha256).ToArray()))
            .LaterAsync(cancellation);
    }

    private static StoredOutput ReadOutput(NpgsqlDataReader row) => row.TextOrNull(1) is { } data
        ? new StoredOutput(Json.ReadElement(data), null)
        : new StoredOutput(null, new ObjectReference(row.GetString(2), row.GetString(3), row.GetInt64(4), row.GetString(5)));
}

/// <param name="Dispatched">What its message says, if it was dispatched at once.</param>
public readonly record struct InsertedTask(Guid Id, DispatchedTask? Dispatched);
