using Npgsql;
using TaskMesh.Core.Routing;
using static TaskMesh.Postgres.Manager.Statement;

namespace TaskMesh.Postgres.Manager;

/// <summary>
/// The dispatch window of each pool, and the outbox. Pools are locked from here to the commit, which comes right after:
/// two Managers never fill the same room.
/// </summary>
public sealed class DispatchStore(NpgsqlConnection connection)
{
    /// <summary>Makes the pools of the configuration known; a pool that has gone from it keeps its row and gets no window.</summary>
    public Task ConfigureAsync(IReadOnlyList<Pool> pools, CancellationToken cancellation)
    {
        const string sql = """
            insert into task_manager.pool as p (name, class, dispatch_window)
            select * from unnest($1, $2, $3)
                on conflict (name) do update set class = excluded.class, dispatch_window = excluded.dispatch_window
                where (p.class, p.dispatch_window) is distinct from (excluded.class, excluded.dispatch_window)
            """;
        return connection.Command(
            sql,
            In(pools.Select(pool => pool.Name).ToArray()),
            In(pools.Select(pool => pool.Class.ToString()).ToArray()),
            In(pools.Select(pool => pool.DispatchWindow).ToArray()))
            .ExecuteAsync(cancellation);
    }

    /// <summary>Takes ended tasks off the windows and tells what room that leaves. No raw task gets room while the kill switch is on.</summary>
    public Task<List<PoolRoom>> LockAsync(IReadOnlyDictionary<string, int> endedByPool, CancellationToken cancellation)
    {
        const string sql = """
            update task_manager.pool p
               set in_flight = p.in_flight - e.ended
              from (select * from unnest($1, $2) as e(name, ended) order by name) e
             where p.name = e.name
         returning p.name,
                   p.class,
                   case when p.class <> 'BareMetal' then p.dispatch_window
                        when (select kill_switch from task_manager.control_state) then 0
                        else 2 * greatest(
                             (select sum(w.parallelism) from task_manager.worker w where w.pool = p.name and w.state = 'live'), 1)::int end
                   - p.in_flight,
                   exists (select from task_manager.task t where t.pool = p.name and t.ready),
                   nextval('task_manager.dispatch_id_seq')
         """;
        return connection.Command(sql, In(endedByPool.Keys.ToArray()), In(endedByPool.Values.ToArray())).QueryAsync(
            row => new PoolRoom(row.GetString(0), row.Enum<WorkerClass>(1), row.GetInt32(2), row.GetBoolean(3), row.GetInt64(4)), cancellation);
    }

    /// <summary>Moves waiting tasks to Dispatched, as many as have room, by priority and then age.</summary>
    public Task<List<DispatchedTask>> PickAsync(IReadOnlyList<(string Pool, int Room, TimeSpan? Lease)> rooms, CancellationToken cancellation)
    {
        const string sql = """
            with picked as (
                select waiting.id, waiting.collection_id, r.lease
                  from unnest($1, $2, $3) as r(pool, room, lease)
                 cross join lateral (
                       select t.id, t.collection_id
                         from task_manager.task t
                        where t.pool = r.pool
                          and t.ready
                          -- A sub-select and not a join, so that tasks are read in the order of their index until the room is full.
                          and (select c.state from task_manager.container c where c.id = t.container_id) = 'Running'
                        order by t.priority desc, t.id
                        limit r.room
                          for update of t skip locked) waiting
            )
            update task_manager.task t
               set state = 'Dispatched', ready = false, attempt = t.attempt + 1, nonce = gen_random_uuid(), lease_until = k.now + p.lease,
                   worker = null, reason = null
              from picked p
              join task_manager.collection c on c.id = p.collection_id,
                   (select task_manager.clock() as now) k
             where t.id = p.id
         returning t.id, t.attempt, t.nonce, t.kind, t.input, c.id, c.organisation, t.deadline, c.scope, t.sources, t.checkpoint, c.trace_id, t.pool
         """;
        return connection.Command(
            sql, In(rooms.Select(room => room.Pool).ToArray()), In(rooms.Select(room => room.Room).ToArray()), In(
                rooms.Select(room => room.Lease).ToArray()))
            .QueryAsync(ReadTask, cancellation);
    }

    /// <summary>Writes the outbox: one row per pool, under the id that the pool's room came with.</summary>
    public async Task RecordAsync(IReadOnlyList<DispatchedTask> tasks, IReadOnlyDictionary<string, PoolRoom> rooms, CancellationToken cancellation)
    {
        const string insert = "insert into task_manager.dispatch (id, pool, tasks, attempts) overriding system value values ($1, $2, $3, $4)";
        const string count = "update task_manager.pool set in_flight = in_flight + $2 where name = $1";
        foreach (var pool in tasks.GroupBy(task => task.Pool))
        {
            await connection.Command(
                insert,
                In(rooms[pool.Key].NextRow),
                In(pool.Key),
                In(pool.Select(task => task.Id).ToArray()),
                In(pool.Select(task => task.Attempt).ToArray()))
                .LaterAsync(cancellation);
            await connection.Command(count, In(pool.Key), In(pool.Count())).LaterAsync(cancellation);
        }
    }

    /// <summary>
    /// Tells that the queue has accepted every message of these outbox rows. Does not wait for the disk: if it is lost, they are sent twice.
    /// </summary>
    public Task MarkSentAsync(IReadOnlyCollection<long> rows, CancellationToken cancellation)
    {
        const string sql = """
            with hurry as materialized (select set_config('synchronous_commit', 'off', true))
            update task_manager.dispatch set sent_at = task_manager.clock() from hurry where id = any($1)
            """;
        return connection.Command(sql, In(rows.ToArray())).ExecuteAsync(cancellation);
    }

    /// <summary>Tasks whose outbox row was written but not marked as sent within the given time; they are sent again.</summary>
    public async Task<List<(long Row, DispatchedTask Task)>> UnsentAsync(TimeSpan olderThan, int limit, CancellationToken cancellation)
    {
        const string sql = """
            select t.id, t.attempt, t.nonce, t.kind, t.input, c.id, c.organisation, t.deadline, c.scope, t.sources, t.checkpoint, c.trace_id,
                   t.pool, d.id
              from (select * from task_manager.dispatch
                     where sent_at is null and written_at < task_manager.clock() - $1
                     order by written_at
                     limit $2
                       for update skip locked) d
             cross join unnest(d.tasks, d.attempts) as sent(id, attempt)
              join task_manager.task t on t.id = sent.id and t.attempt = sent.attempt
              join task_manager.collection c on c.id = t.collection_id
             where t.state = 'Dispatched'
            """;
        return await connection.Command(sql, In(olderThan), In(limit)).QueryAsync(row => (row.GetInt64(13), ReadTask(row)), cancellation);
    }

    private static DispatchedTask ReadTask(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        row.GetInt32(1),
        row.GetGuid(2),
        row.GetString(3),
        Json.ReadElement(row.GetString(4)),
        row.GetGuid(5),
        row.GetString(6),
        row.GetDateTime(7),
        Json.ReadScope(row.GetString(8)),
        Json.ReadSources(row.TextOrNull(9)),
        row.TextOrNull(10) is { } checkpoint ? Json.ReadElement(checkpoint) : null,
        row.GetString(11),
        row.GetString(12));
}
