using Npgsql;
using TaskMesh.Core.Workflow;
using static TaskMesh.Postgres.Manager.Statement;

namespace TaskMesh.Postgres.Manager;

/// <summary>What time does to tasks: waits end, leases expire, deadlines pass, closed containers are emptied. Every statement is bounded.</summary>
public sealed class SweepStore(NpgsqlConnection connection)
{
    public const int WakeLimit = 5_000;
    public const int DispatchRowLimit = 1_000;
    public const int ContainerLimit = 100;
    public const int EmptyLimit = 5_000;

    /// <summary>A message that nobody claimed for this long is sent anew; the old one finds nothing to do if it turns up.</summary>
    public static readonly TimeSpan UnclaimedLimit = TimeSpan.FromHours(1);

    /// <summary>
    /// As long as a function of Internal workers may run: whoever was handed the message has come to its end without a claim, and the queue keeps
    /// the message hidden for six times that.
    /// </summary>
    public static readonly TimeSpan UnclaimedInternalLimit = TimeSpan.FromMinutes(5);

    /// <summary>Whether a sweep is due; if so it is this Manager's, and the others find it done.</summary>
    /// <returns>A row if it is.</returns>
    public Task<Later<bool>> TakeTurnAsync(TimeSpan interval, CancellationToken cancellation)
    {
        const string sql = """
            update task_manager.control_state
               set last_sweep = task_manager.clock()
             where only_row in (select only_row from task_manager.control_state where last_sweep < task_manager.clock() - $1 for update skip locked)
         returning true
         """;
        return connection.Command(sql, In(interval)).QueryLaterAsync(row => row.GetBoolean(0), cancellation);
    }

    /// <returns>The pools that may have something to dispatch: of tasks whose wait is over, and wherever tasks were left waiting.</returns>
    public Task<List<string>> WakeAsync(CancellationToken cancellation)
    {
        const string sql = """
            with woken as (
                update task_manager.task t
                   set ready = t.pool is not null, wake_at = null
                 where t.id in (
                       select id from task_manager.task
                        where wake_at <= (select task_manager.clock()) order by wake_at limit $1 for update skip locked)
                   and t.state = 'Pending'
             returning t.pool
            )
            select pool from woken where pool is not null
             union
            select p.name from task_manager.pool p where exists (select from task_manager.task t where t.pool = p.name and t.ready)
            """;
        return connection.Command(sql, In(WakeLimit)).QueryAsync(row => row.GetString(0), cancellation);
    }

    /// <summary>
    /// Whether the Manager must remind itself of the next wait that ends or run that is due: only once, however many sweeps there are.
    /// </summary>
    /// <returns>In how long; null for no reminder.</returns>
    public async Task<TimeSpan?> RemindAsync(TimeSpan longest, CancellationToken cancellation)
    {
        const string sql = """
            update task_manager.control_state s
               set reminded_for = next.at
              from (select least(
                           (select wake_at from task_manager.task where wake_at is not null order by wake_at limit 1),
                           (select look_at from task_manager.schedule_turn where look_at is not null order by look_at limit 1)) as at) next
             where next.at < task_manager.clock() + $1
               and (s.reminded_for <= task_manager.clock() or s.reminded_for > next.at + interval '1 second')
         returning greatest(next.at - task_manager.clock(), interval '0')
         """;
        var waits = await connection.Command(sql, In(longest)).QueryAsync(row => row.GetTimeSpan(0), cancellation);
        return waits.Count == 0 ? null : waits[0];
    }

    /// <summary>
    /// Walks over what is in flight for longer than a lease: a task whose worker is lost goes back to Pending, one whose deadline has passed
    /// ends, and so does one with which too many workers were lost. A worker to whom its message comes again may take over first.
    /// However much is in flight, every sweep looks at those that were looked at longest ago.
    /// </summary>
    /// <param name="grace">For such a takeover, after the end of the lease.</param>
    public Task<List<SweptTask>> ReclaimAsync(TimeSpan lease, TimeSpan grace, CancellationToken cancellation)
    {
        const string sql = """
            with looked as (
                select d.id, d.tasks, d.attempts, d.sent_at
                  from task_manager.dispatch d
                 where d.looked_at < (select task_manager.clock()) - $1
                 order by d.looked_at
                 limit $2
                   for update skip locked
            ), flying as (
                select looked.id as row, t.id, t.attempt, t.state, t.pool, t.container_id, t.worker, t.lost,
                       case when t.deadline <= task_manager.clock() then 'deadline'
                            when t.state = 'Dispatched' and t.lease_until <= task_manager.clock() and t.timeouts::json ->> 'queue' is not null
                                 then 'queue'
                            when t.state = 'Running' and task_manager.lease_expired(t.lease_until + $5, $1)
                                 then case when t.lost + 1 < task_manager.lost_limit() then 'lost' else 'killer' end
                            when t.state = 'Dispatched' and t.lease_until is not null and task_manager.lease_expired(t.lease_until, $1) then 'lost'
                            when t.state = 'Dispatched' and looked.sent_at < task_manager.clock() - case p.class when 'Internal' then $4 else $3 end
                                 then 'unclaimed'
                            when t.state = 'Dispatched' and looked.sent_at is null and p.dispatch_window = 0 then 'poolless' end as fate
                  from looked
                 cross join unnest(looked.tasks, looked.attempts) as sent(id, attempt)
                  join task_manager.task t on t.id = sent.id and t.attempt >= sent.attempt
                  join task_manager.pool p on p.name = t.pool
                 where t.state in ('Dispatched', 'Running')
                   for update of t
            ), moved as (
                update task_manager.task t
                   set state = case when f.fate in ('deadline', 'queue') then 'Timeout' when f.fate = 'killer' then 'Failed'
                                    else 'Pending' end::task_manager.task_state,
                       ready = f.fate in ('lost', 'unclaimed', 'poolless'),
                       ended_at = case when f.fate in ('deadline', 'queue', 'killer') then task_manager.clock() end,
                       failures = t.failures + (f.fate = 'killer')::int,
                       lost = t.lost + (f.fate in ('lost', 'killer') and f.state = 'Running')::int,
                       lease_until = null,
                       worker = null,
                       reason = case f.fate when 'deadline' then 'deadline passed'
                                            when 'queue' then 'queue timeout: not started within ' || (t.timeouts::json ->> 'queue')
                                            when 'killer' then f.lost + 1 || ' workers were lost with it, and it got nowhere: the last was '
                                                               || f.worker
                                            when 'lost' then coalesce('worker lost: the lease of ' || f.worker || ' expired', 'no result in time')
                                            when 'poolless' then 'its pool is gone'
                                            else 'no worker claimed the message' end
                  from flying f
                 where t.id = f.id and t.attempt = f.attempt and f.fate is not null
             returning t.id, t.state::text, t.pool, t.container_id
            ), kept as (
                update task_manager.dispatch d
                   set tasks = k.tasks, attempts = k.attempts, looked_at = task_manager.clock() - $1
                  from (select row, array_agg(id) as tasks, array_agg(attempt) as attempts from flying where fate is null group by row) k
                 where d.id = k.row
             returning d.id
            ), done as (
                delete from task_manager.dispatch d using looked l where d.id = l.id and d.id not in (select row from flying where fate is null)
            )
            select * from moved
            """;
        return connection.Command(sql, In(lease), In(DispatchRowLimit), In(UnclaimedLimit), In(UnclaimedInternalLimit), In(grace))
            .QueryAsync(ReadSwept, cancellation);
    }

    /// <summary>
    /// Moves tasks of containers that closed early, in the order of their ordinals, the same share of each; no new ones can come.
    /// </summary>
    public Task<List<SweptTask>> EmptyAsync(CancellationToken cancellation)
    {
        const string sql = """
            with closed as (
                select id, state, swept from task_manager.container where sweep order by id limit $1 for update skip locked
            ), share as (
                select ceil($2::numeric / greatest(count(*), 1))::int as most from closed
            ), part as (
                select c.id as container_id, c.state as closed_as, t.id, t.ordinal, t.state, t.pool
                  from closed c
                 cross join lateral (
                       select id, ordinal, state, pool from task_manager.task
                        where container_id = c.id and ordinal >= c.swept order by ordinal limit (select most from share) for update) t
            ), moved as (
                update task_manager.task t
                   set state = case when p.closed_as in ('Timeout', 'Disabled') then p.closed_as else 'Cancelled' end,
                       ready = false, held_by = null, wake_at = null, lease_until = null, ended_at = task_manager.clock(),
                       reason = case p.closed_as when 'Timeout' then 'deadline passed' when 'Cancelled' then 'cancelled'
                                               when 'Disabled' then 'branch not taken' else 'a sibling failed' end
                  from part p
                 where t.id = p.id and p.state in ('Pending', 'Dispatched', 'Running', 'PendingTaskCreation')
             returning t.id, t.state::text, case when p.state in ('Dispatched', 'Running') then p.pool end, t.container_id
            ), walked as (
                update task_manager.container c
                   set swept = w.past, sweep = w.more
                  from (select closed.id, coalesce(max(part.ordinal) + 1, closed.swept) as past, count(part.id) = (select most from share) as more
                          from closed left join part on part.container_id = closed.id group by closed.id, closed.swept) w
                 where c.id = w.id
            )
            select * from moved
            """;
        return connection.Command(sql, In(ContainerLimit), In(EmptyLimit)).QueryAsync(ReadSwept, cancellation);
    }

    /// <summary>Root containers of collections whose deadline has passed.</summary>
    public Task<List<Guid>> PastDeadlineAsync(CancellationToken cancellation)
    {
        const string sql = """
            select id from task_manager.collection
             where state = 'Running' and deadline <= (select task_manager.clock())
             order by deadline
             limit $1
            """;
        return connection.Command(sql, In(ContainerLimit)).QueryAsync(row => row.GetGuid(0), cancellation);
    }

    private static SweptTask ReadSwept(NpgsqlDataReader row) =>
        new(row.GetGuid(0), row.Enum<TaskState>(1), row.TextOrNull(2), row.GetGuid(3));
}
