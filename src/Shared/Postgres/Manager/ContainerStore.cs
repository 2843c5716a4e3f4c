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
            select c.id, c.collection_id, c.parent_id, c.ordinal, c.policy, case when c.open_generators = 0 then c.children end,
                   coalesce(sum(p.succeeded), 0)::int, coalesce(sum(p.partially_failed), 0)::int, coalesce(sum(p.failed), 0)::int,
                   coalesce(sum(p.timeout), 0)::int, coalesce(sum(p.disabled), 0)::int, coalesce(sum(p.cancelled), 0)::int
              from unnest($1) as asked(id)
              join task_manager.container c on c.id = asked.id
              left join task_manager.progress p on p.container_id = c.id
             where c.state = 'Running'
             group by c.id
            """;
        return connection.Command(sql, In(containers.Distinct().ToArray())).QueryAsync(ReadFacts, cancellation);
    }

    /// <summary>Running containers whose children have all ended: what a Manager left behind that died between commit and closing.</summary>
    public Task<List<Guid>> OverdueAsync(int limit, CancellationToken cancellation)
    {
        const string sql = """
            select c.id
              from task_manager.collection k
              join task_manager.container c on c.collection_id = k.id
             cross join lateral (
                   select coalesce(sum(p.succeeded + p.partially_failed + p.failed + p.timeout + p.disabled + p.cancelled), 0) as ended,
                          sum(p.failed + p.timeout + p.cancelled) as bad
                     from task_manager.progress p where p.container_id = c.id) p
             where k.state = 'Running'
               and c.state = 'Running'
               and (p.ended >= c.children and c.open_generators = 0 or p.bad > 0 and c.policy <> '{"type":"BestEffort"}')
             limit $1
            """;
        return connection.Command(sql, In(limit)).QueryAsync(row => row.GetGuid(0), cancellation);
    }

    /// <summary>
    /// Closes containers that still run, or disables a branch before it does; all below one that closes early are cancelled or disabled too,
    /// and the sweep moves their tasks.
    /// </summary>
    /// <param name="closed">Early: before all children have ended.</param>
    /// <returns>Those that this call closed.</returns>
    public async Task<IReadOnlySet<Guid>> CloseAsync(
        IReadOnlyList<(Guid Container, TaskState State, bool Early)> closed, CancellationToken cancellation)
    {
        const string sql = """
            with recursive closed as (
                update task_manager.container c
                   set state = x.state::task_manager.task_state, sweep = x.early, ended_at = task_manager.clock(),
                       released = case when c.filled then 2147483647 else c.released end
                  from (select * from unnest($1, $2, $3) as x(id, state, early) order by id) x
                 where c.id = x.id and c.state = case x.state when 'Disabled' then 'Pending' else 'Running' end::task_manager.task_state
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
                   set state = case when b.state in ('Timeout', 'Disabled') then b.state else 'Cancelled' end,
                       sweep = true,
                       released = case when c.filled then 2147483647 else c.released end,
                       ended_at = task_manager.clock()
                  from below b
                 where c.id = b.id and c.state in ('Pending', 'Running') and not exists (select from closed where closed.id = c.id)
            ), ended as (
                update task_manager.collection c
                   set state = r.state, ended_at = task_manager.clock()
                  from closed r
                 where c.id = r.collection_id and r.parent_id is null and c.ended_at is null
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

    /// <summary>The containers at the given places that have not started.</summary>
    public Task<List<(Guid Parent, Guid Container)>> WaitingAsync(IReadOnlyList<(Guid Parent, int Ordinal)> places, CancellationToken cancellation)
    {
        const string sql = """
            select parent.id, c.id
              from unnest($1, $2) as place(parent_id, ordinal)
              join task_manager.container parent on parent.id = place.parent_id
              join task_manager.container c
                on c.collection_id = parent.collection_id and c.parent_id = parent.id and c.ordinal = place.ordinal
             where c.state = 'Pending'
            """;
        return connection.Command(
            sql, In(places.Select(place => place.Parent).ToArray()), In(places.Select(place => place.Ordinal).ToArray()))
            .QueryAsync(row => (row.GetGuid(0), row.GetGuid(1)), cancellation);
    }

    /// <summary>Lets the sweep go again over closed containers, from the given ordinals on: children came after it had been there.</summary>
    public Task SweepAgainAsync(IReadOnlyCollection<(Guid Container, int From)> containers, CancellationToken cancellation)
    {
        const string sql = """
            update task_manager.container c
               set sweep = true, swept = least(c.swept, a.from_ordinal)
              from (select * from unnest($1, $2) as a(id, from_ordinal) order by id) a
             where c.id = a.id and c.state not in ('Pending', 'Running')
            """;
        return connection.Command(
            sql, In(containers.Select(one => one.Container).ToArray()), In(containers.Select(one => one.From).ToArray()))
            .LaterAsync(cancellation);
    }

    private static ContainerFacts ReadFacts(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        row.GetGuid(1),
        row.IsDBNull(2) ? null : row.GetGuid(2),
        row.GetInt32(3),
        Json.ReadPolicy(row.GetString(4)),
        row.IsDBNull(5) ? null : row.GetInt32(5),
        new Tally(row.GetInt32(6), row.GetInt32(7), row.GetInt32(8), row.GetInt32(9), row.GetInt32(10), row.GetInt32(11)));
}
