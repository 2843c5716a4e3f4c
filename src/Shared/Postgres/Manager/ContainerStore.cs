using Npgsql;
using TaskMesh.Core.Workflow;
using static TaskMesh.Postgres.Manager.Statement;

namespace TaskMesh.Postgres.Manager;

/// <summary>
/// Containers: counted, never summed over their children. A batch adds to one of 16 rows; whether a container is complete is asked in a
/// second transaction after the commit, because two Managers that end the last two children do not see each other's row before it.
/// </summary>
public sealed class ContainerStore(NpgsqlConnection connection)
{
    public const int ProgressShards = 16;

    public Task AddProgressAsync(short shard, IReadOnlyDictionary<Guid, Tally> tallies, CancellationToken cancellation)
    {
        const string sql = """
            insert into task_manager.progress as p (container_id, shard, succeeded, partially_failed, failed, timeout, disabled, cancelled)
            select t.container_id, $1, t.succeeded, t.partially_failed, t.failed, t.timeout, t.disabled, t.cancelled
              from unnest($2, $3, $4, $5, $6, $7, $8) as t(container_id, succeeded, partially_failed, failed, timeout, disabled, cancelled)
             order by t.container_id
                on conflict (container_id, shard) do update
               set succeeded = p.succeeded + excluded.succeeded,
                   partially_failed = p.partially_failed + excluded.partially_failed,
                   failed = p.failed + excluded.failed,
                   timeout = p.timeout + excluded.timeout,
                   disabled = p.disabled + excluded.disabled,
                   cancelled = p.cancelled + excluded.cancelled
            """;
        return connection.Command(
            sql,
            In(shard),
            In(tallies.Keys.ToArray()),
            In(tallies.Values.Select(tally => tally.Succeeded).ToArray()),
            In(tallies.Values.Select(tally => tally.PartiallyFailed).ToArray()),
            In(tallies.Values.Select(tally => tally.Failed).ToArray()),
            In(tallies.Values.Select(tally => tally.Timeout).ToArray()),
            In(tallies.Values.Select(tally => tally.Disabled).ToArray()),
            In(tallies.Values.Select(tally => tally.Cancelled).ToArray()))
            .LaterAsync(cancellation);
    }

    /// <summary>How far the given containers are, those only that still run.</summary>
    public Task<List<ContainerFacts>> FactsAsync(IReadOnlyCollection<Guid> containers, CancellationToken cancellation)
    {
        const string sql = """
            select c.id, c.collection_id, c.parent_id, c.ordinal, c.policy, c.children,
                   sum(p.succeeded)::int, sum(p.partially_failed)::int, sum(p.failed)::int, sum(p.timeout)::int, sum(p.disabled)::int,
                   sum(p.cancelled)::int
              from unnest($1) as asked(id)
              join task_manager.container c on c.id = asked.id
              join task_manager.progress p on p.container_id = c.id
             where c.state = 'Running'
             group by c.id
            """;
        return connection.Command(sql, In(containers.ToArray())).QueryAsync(ReadFacts, cancellation);
    }

    /// <summary>Running containers whose children have all ended: what a Manager left behind that died between commit and closing.</summary>
    public Task<List<Guid>> OverdueAsync(int limit, CancellationToken cancellation)
    {
        const string sql = """
            select c.id
              from task_manager.container c
             cross join lateral (
                   select sum(p.succeeded + p.partially_failed + p.failed + p.timeout + p.disabled + p.cancelled) as ended,
                          sum(p.failed + p.timeout + p.cancelled) as bad
                     from task_manager.progress p where p.container_id = c.id) p
             where c.state = 'Running' and (p.ended >= c.children or p.bad > 0 and c.policy <> '{"type":"BestEffort"}')
             limit $1
            """;
        return connection.Command(sql, In(limit)).QueryAsync(row => row.GetGuid(0), cancellation);
    }

    /// <summary>Closes containers that still run; all below one that closes early are cancelled, and the sweep moves their tasks.</summary>
    /// <param name="closed">Early: before all children have ended.</param>
    /// <returns>Those that this call closed.</returns>
    public async Task<IReadOnlySet<Guid>> CloseAsync(
        IReadOnlyList<(Guid Container, TaskState State, bool Early)> closed, CancellationToken cancellation)
    {
        const string sql = """
            with recursive closed as (
                update task_manager.container c
                   set state = x.state::task_manager.task_state, sweep = x.early, ended_at = task_manager.clock()
                  from (select * from unnest($1, $2, $3) as x(id, state, early) order by id) x
                 where c.id = x.id and c.state = 'Running'
             returning c.id, c.collection_id, c.parent_id, c.state, x.early
            ), below as (
                select id, state from closed where early
                 union all
                select c.id, b.state
                  from below b
                  join task_manager.container parent on parent.id = b.id
                  join task_manager.container c on c.collection_id = parent.collection_id and c.parent_id = b.id
            ), cancelled as (
                update task_manager.container c
                   set state = case b.state when 'Timeout' then 'Timeout' else 'Cancelled' end::task_manager.task_state,
                       sweep = true,
                       ended_at = task_manager.clock()
                  from below b
                 where c.id = b.id and c.state in ('Pending', 'Running') and not exists (select from closed where closed.id = c.id)
            ), ended as (
                update task_manager.collection c
                   set state = r.state, ended_at = task_manager.clock()
                  from closed r
                 where c.id = r.collection_id and r.parent_id is null and c.state = 'Running'
            )
            select id from closed
            """;
        var ids = await connection.Command(
            sql,
            In(closed.Select(container => container.Container).ToArray()),
            In(closed.Select(container => container.State.ToString()).ToArray()),
            In(closed.Select(container => container.Early).ToArray()))
            .QueryAsync(row => row.GetGuid(0), cancellation);
        return ids.ToHashSet();
    }

    /// <summary>
    /// Lets the next children of containers start: as many as have ended, or, where one bad end is the end of all, as have ended well.
    /// Ordinals are dense, so no sibling is looked at.
    /// </summary>
    /// <returns>The pools of the tasks that may be dispatched now.</returns>
    public async Task<IReadOnlySet<string>> ReleaseAsync(IReadOnlyDictionary<Guid, Tally> endedByContainer, CancellationToken cancellation)
    {
        const string sql = """
            update task_manager.container c
               set released = c.released + case c.policy when '{"type":"All"}' then e.well else e.ended end
              from (select * from unnest($1, $2, $3) as e(id, ended, well) order by id) e
             where c.id = e.id and c.state = 'Running' and (c.mode = 'Sequential' or c.max_concurrency is not null)
         returning c.id, c.released - e.ended, c.released
         """;
        var opened = await connection.Command(
            sql,
            In(endedByContainer.Keys.ToArray()),
            In(endedByContainer.Values.Select(tally => tally.Ended).ToArray()),
            In(endedByContainer.Values.Select(tally => tally.Ended - tally.Bad).ToArray()))
            .QueryAsync(row => new Opening(row.GetGuid(0), row.GetInt32(1), row.GetInt32(2)), cancellation);
        var pools = new HashSet<string>();
        while (opened.Count > 0)
        {
            pools.UnionWith(await StartTasksAsync(opened, cancellation));
            opened = await StartContainersAsync(opened, cancellation);
        }
        return pools;
    }

    private async Task<List<string>> StartTasksAsync(List<Opening> opened, CancellationToken cancellation)
    {
        const string sql = """
            with started as (
                update task_manager.task t
                   set ready = t.pool is not null
                  from unnest($1, $2, $3) as o(id, first, past)
                 where t.container_id = o.id and t.ordinal >= o.first and t.ordinal < o.past and t.state = 'Pending' and t.wake_at is null
             returning t.pool
            )
            select distinct pool from started where pool is not null
            """;
        return await Opened(sql, opened).QueryAsync(row => row.GetString(0), cancellation);
    }

    private async Task<List<Opening>> StartContainersAsync(List<Opening> opened, CancellationToken cancellation)
    {
        const string sql = """
            update task_manager.container c
               set state = 'Running',
                   released = case when c.mode = 'Sequential' then 1 else least(c.children, coalesce(c.max_concurrency, c.children)) end
              from unnest($1, $2, $3) as o(id, first, past)
              join task_manager.container parent on parent.id = o.id
             where c.collection_id = parent.collection_id
               and c.parent_id = o.id
               and c.ordinal >= o.first
               and c.ordinal < o.past
               and c.state = 'Pending'
         returning c.id, 0, c.released
         """;
        return await Opened(sql, opened).QueryAsync(row => new Opening(row.GetGuid(0), row.GetInt32(1), row.GetInt32(2)), cancellation);
    }

    private NpgsqlCommand Opened(string sql, List<Opening> opened) => connection.Command(
        sql,
        In(opened.Select(opening => opening.Container).ToArray()),
        In(opened.Select(opening => opening.First).ToArray()),
        In(opened.Select(opening => opening.Past).ToArray()));

    private static ContainerFacts ReadFacts(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        row.GetGuid(1),
        row.IsDBNull(2) ? null : row.GetGuid(2),
        row.GetInt32(3),
        Json.ReadPolicy(row.GetString(4)),
        row.GetInt32(5),
        new Tally(row.GetInt32(6), row.GetInt32(7), row.GetInt32(8), row.GetInt32(9), row.GetInt32(10), row.GetInt32(11)));

    /// <summary>Children with ordinals from <paramref name="First"/> up to but not including <paramref name="Past"/> may start.</summary>
    private readonly record struct Opening(Guid Container, int First, int Past);
}
