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
    /// <summary>Closes the buckets of kinds that were told to wait: nobody gets a token before.</summary>
    public Task BlockAsync(IReadOnlyDictionary<string, TimeSpan> waitByKind, CancellationToken cancellation)
    {
        const string sql = """
            update task_manager.bucket b
               set blocked_until = greatest(b.blocked_until, task_manager.clock() + w.wait)
              from (select k.bucket, max(w.wait) as wait
                      from unnest($1, $2) as w(kind, wait)
                      join task_manager.limited_kind k on k.kind = w.kind
                     group by k.bucket
                     order by k.bucket) w
             where b.name = w.bucket
            """;
        return connection.Command(sql, In(waitByKind.Keys.ToArray()), In(waitByKind.Values.ToArray())).LaterAsync(cancellation);
    }

    /// <summary>The pools for which tasks wait.</summary>
    public Task<Later<string>> WaitingAsync(CancellationToken cancellation)
    {
        const string sql = """
            select p.name from task_manager.pool p where exists (select from task_manager.task t where t.pool = p.name and t.ready)
            """;
        return connection.Command(sql).QueryLaterAsync(row => row.GetString(0), cancellation);
    }

    /// <summary>Takes ended tasks off the windows and tells what room that leaves. No raw task gets room while the kill switch is on.</summary>
    public Task<Later<PoolRoom>> LockAsync(IReadOnlyDictionary<string, int> endedByPool, CancellationToken cancellation)
    {
        const string sql = """
            update task_manager.pool p
               set in_flight = p.in_flight - e.ended
              from (select * from unnest($1, $2) as e(name, ended) order by name) e
             where p.name = e.name
         returning p.name,
                   p.class,
                   case when p.dispatch_window = 0 then 0
                        when (select exists (select from task_manager.hold)) and task_manager.hold_on(p.name, null, null) is not null then 0
                        when p.class <> 'BareMetal' then coalesce(2 * p.slots, p.dispatch_window)
                        when (select kill_switch from task_manager.control_state) then 0
                        else 2 * least(p.slots, greatest(
                             (select sum(w.parallelism) from task_manager.worker w where w.pool = p.name and w.state = 'live'), 1))::int end
                   - p.in_flight,
                   -- While anything is held, new tasks are picked like those that wait, so that each is looked at.
                   exists (select from task_manager.hold h
                            where h.since <= task_manager.clock() and (h.what <> 'scan-window' or p.class = 'BareMetal'))
                   or exists (select from task_manager.task t where t.pool = p.name and t.ready),
                   nextval('task_manager.dispatch_id_seq'),
                   array(select kind from task_manager.limited_kind)
         """;
        return connection.Command(sql, In(endedByPool.Keys.ToArray()), In(endedByPool.Values.ToArray())).QueryLaterAsync(
            row => new PoolRoom(
                row.GetString(0), row.Enum<WorkerClass>(1), row.GetInt32(2), row.GetBoolean(3), row.GetInt64(4), row.GetFieldValue<string[]>(5)),
            cancellation);
    }

    /// <summary>
    /// Moves waiting tasks to Dispatched: of the highest priority that waits, one task of each organisation after the other, first what comes back
    /// and then the oldest. Cheap whatever waits: organisations are found by skipping over the index, and each gives no more tasks than its share
    /// of the room, so what some cannot use is left for another call. Tasks of closed containers, and those that a hold keeps, are met at most
    /// once and are not ready any more. A task for whose kind the bucket has no token waits for the time when it will have one, behind those that
    /// wait already.
    /// </summary>
    public async Task<Picked> PickAsync(IReadOnlyList<(string Pool, int Room, TimeSpan? Lease)> rooms, CancellationToken cancellation)
    {
        const string sql = """
            with recursive asked as (
                select r.pool, r.room, r.lease, p.turn, first.priority, first.organisation as first
                  from unnest($1, $2, $3) as r(pool, room, lease)
                  join task_manager.pool p on p.name = r.pool
                 cross join lateral (
                       select t.priority, t.organisation from task_manager.task t
                        where t.pool = r.pool and t.ready
                        order by t.priority desc, t.organisation
                        limit 1) first
            ), walk as (
                select a.*, turn as organisation, 0 as place, false as wrapped from asked a
                 union all
                select w.pool, w.room, w.lease, w.turn, w.priority, w.first,
                       coalesce(ahead.organisation, w.first), w.place + 1, w.wrapped or ahead.organisation is null
                  from walk w
                  left join lateral (
                       select t.organisation from task_manager.task t
                        where t.pool = w.pool and t.ready and t.priority = w.priority and t.organisation > w.organisation
                        order by t.organisation
                        limit 1) ahead on true
                 where w.place < w.room
                   and case when w.wrapped then ahead.organisation <= w.turn else ahead.organisation is not null or w.first <= w.turn end
            ), share as (
                select w.*, ceil(w.room::numeric / count(*) over (partition by w.pool))::int as quota from walk w where w.place > 0
            ), looked as (
                select s.pool, s.room, s.lease, s.organisation, s.place, t.id, t.collection_id, t.kind, t.is_back, t.hold,
                       t.is_open and t.hold is null as runs,
                       row_number() over (partition by s.pool, s.place order by t.attempt = 0, t.id) as nth
                  from share s
                 cross join lateral (
                       select t.id, t.attempt, t.collection_id, t.kind, coalesce(t.reason like 'rate-limit:%', false) as is_back,
                              (select c.state from task_manager.container c where c.id = t.container_id) = 'Running' as is_open,
                              case when (select exists (select from task_manager.hold))
                                   then task_manager.hold_on(t.pool, t.organisation, t.collection_id) end as hold
                         from task_manager.task t
                        where t.pool = s.pool and t.ready and t.priority = s.priority and t.organisation = s.organisation
                        order by t.attempt = 0, t.id
                        limit s.quota
                          for update of t skip locked) t
            ), ranked as (
                select l.*, row_number() over (partition by l.pool order by l.runs desc, l.nth, l.place) as rank from looked l
            ), served as (
                update task_manager.pool p
                   set turn = last.organisation
                  from (select distinct on (pool) pool, organisation from ranked where runs and rank <= room order by pool, rank desc) last
                 where p.name = last.pool and p.turn <> last.organisation
            ), chosen as (
                select r.*, k.bucket, row_number() over (partition by k.bucket order by r.rank) as token
                  from ranked r
                  left join task_manager.limited_kind k on k.kind = r.kind
                 where r.rank <= r.room or not r.runs
            ), level as (
                select b.name, d.wanted, d.fresh, b.per_second, n.now, greatest(n.now, b.blocked_until) as opens,
                       greatest(n.now, b.promised_until) as promised,
                       case when b.blocked_until > n.now then 0
                            else least(b.burst, b.tokens + b.per_second * extract(epoch from n.now - b.filled_at)) end as tokens
                  from (select bucket, count(*) as wanted, count(*) filter (where not is_back) as fresh
                          from chosen where runs and bucket is not null group by bucket order by bucket) d
                  join task_manager.bucket b on b.name = d.bucket,
                       (select task_manager.clock() as now) n
                   for update of b
            ), taken as (
                update task_manager.bucket b
                   set tokens = l.tokens - least(l.wanted, floor(l.tokens)),
                       filled_at = l.opens,
                       promised_until = greatest(l.promised, l.opens)
                           + make_interval(secs => least(l.fresh, greatest(0, l.wanted - floor(l.tokens))) / l.per_second)
                  from level l
                 where b.name = l.name
             returning b.name
            ), decided as (
                select c.*, c.runs and coalesce(c.token <= floor(l.tokens), true) as goes,
                       case when c.runs and c.token > floor(l.tokens)
                            then case when c.is_back then l.opens else greatest(l.promised, l.opens) end
                                 + make_interval(secs => (c.token - l.tokens) / l.per_second) end as back_at
                  from chosen c
                  left join level l on l.name = c.bucket
            )
            update task_manager.task t
               set state = case when d.goes then 'Dispatched' else t.state end,
                   ready = false,
                   attempt = t.attempt + d.goes::int,
                   nonce = gen_random_uuid(),
                   lease_until = case when d.goes then n.now + coalesce(d.lease, (t.timeouts::json ->> 'queue')::interval) end,
                   wake_at = d.back_at,
                   worker = null,
                   held_by = d.hold,
                   reason = case when d.hold is not null then task_manager.hold_reason(d.hold)
                                 when d.back_at is not null then 'rate-limit:' || d.bucket end
              from decided d
              join task_manager.collection c on c.id = d.collection_id,
                   (select task_manager.clock() as now) n
             where t.id = d.id
         returning t.id, t.attempt, t.nonce, t.kind, t.input, c.id, c.organisation, t.deadline, c.scope, t.sources, t.checkpoint, c.trace_id, t.pool,
                   t.timeouts, d.goes, d.back_at - n.now
         """;
        var looked = await connection.Command(
            sql, In(rooms.Select(room => room.Pool).ToArray()), In(rooms.Select(room => room.Room).ToArray()), In(
                rooms.Select(room => room.Lease).ToArray()))
            .QueryAsync(
                row => (Task: ReadTask(row), Goes: row.GetBoolean(14), BackIn: row.IsDBNull(15) ? null : (TimeSpan?)row.GetTimeSpan(15)),
                cancellation);
        return new Picked([.. looked.Where(task => task.Goes).Select(task => task.Task)], looked.Count, looked.Min(task => task.BackIn));
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

    /// <summary>
    /// Tasks whose outbox row was written but not marked as sent within the given time; they are sent again. Not those of pools that have gone:
    /// there is no queue to send them to.
    /// </summary>
    public async Task<List<(long Row, DispatchedTask Task)>> UnsentAsync(TimeSpan olderThan, int limit, CancellationToken cancellation)
    {
        const string sql = """
            select t.id, t.attempt, t.nonce, t.kind, t.input, c.id, c.organisation, t.deadline, c.scope, t.sources, t.checkpoint, c.trace_id,
                   t.pool, t.timeouts, d.id
              from (select * from task_manager.dispatch
                     where sent_at is null and written_at < (select task_manager.clock()) - $1
                       and pool not in (select name from task_manager.pool where dispatch_window = 0)
                     order by written_at
                     limit $2
                       for update skip locked) d
             cross join unnest(d.tasks, d.attempts) as sent(id, attempt)
              join task_manager.task t on t.id = sent.id and t.attempt = sent.attempt
              join task_manager.collection c on c.id = t.collection_id
             where t.state = 'Dispatched'
            """;
        return await connection.Command(sql, In(olderThan), In(limit)).QueryAsync(row => (row.GetInt64(14), ReadTask(row)), cancellation);
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
        row.GetString(12),
        Json.ReadTimeouts(row.TextOrNull(13))?.Run);
}
