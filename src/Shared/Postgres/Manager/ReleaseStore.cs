using Npgsql;
using TaskMesh.Core.Workflow;
using static TaskMesh.Postgres.Manager.Statement;

namespace TaskMesh.Postgres.Manager;

/// <summary>Lets children of containers start. Their order is one number of the container, so no sibling is looked at.</summary>
public sealed class ReleaseStore(NpgsqlConnection connection)
{
    /// <summary>As many children of a filled container start at once as a transaction may carry.</summary>
    public const int FilledLimit = 5_000;

    private const int FilledContainers = 100;

    /// <summary>
    /// Lets the next children of containers start: as many as have ended, or, where one bad end is the end of all, as have ended well.
    /// </summary>
    public async Task<Released> ReleaseAsync(IReadOnlyDictionary<Guid, Tally> endedByContainer, CancellationToken cancellation)
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
        var (pools, filled) = (new HashSet<string>(), new List<Guid>());
        while (opened.Count > 0)
        {
            pools.UnionWith(await StartAsync([.. opened.Where(opening => opening is not { Filled: true, Past: int.MaxValue })], cancellation));
            opened = await StartContainersAsync(opened, cancellation);
            filled.AddRange(opened.Where(opening => opening.Filled).Select(opening => opening.Container));
        }
        if (filled.Count > 0)
            pools.UnionWith((await StartFilledAsync(cancellation)).Pools);
        return new Released(pools, filled);
    }

    /// <returns>The pools of the tasks that may be dispatched now.</returns>
    public async Task<IReadOnlyCollection<string>> StartAsync(IReadOnlyList<Opening> opened, CancellationToken cancellation)
    {
        const string sql = """
            with started as (
                update task_manager.task t
                   set ready = t.pool is not null
                  from unnest($1, $2, $3) as o(id, first, past)
                 where t.container_id = o.id and t.ordinal >= o.first and t.ordinal < o.past and t.state = 'Pending' and t.wake_at is null
                   and not t.ready
             returning t.pool
            )
            select distinct pool from started where pool is not null
            """;
        return opened.Count == 0 ? [] : await Opened(sql, opened).QueryAsync(row => row.GetString(0), cancellation);
    }

    /// <summary>Lets go a part of what was put into containers before they started.</summary>
    /// <returns>The pools of the tasks that may be dispatched now, and whether there is more.</returns>
    public async Task<(IReadOnlyCollection<string> Pools, bool More)> StartFilledAsync(CancellationToken cancellation)
    {
        const string sql = """
            with filled as (
                select id, released
                  from task_manager.container
                 where filled and state = 'Running' and mode = 'Parallel' and max_concurrency is null and released < 2147483647
                 order by id
                 limit $1
                   for update skip locked
            ), part as (
                select f.id as container_id, t.id, t.ordinal
                  from filled f
                 cross join lateral (
                       select id, ordinal from task_manager.task
                        where container_id = f.id and ordinal >= f.released order by ordinal limit $2) t
            ), started as (
                update task_manager.task t
                   set ready = t.pool is not null
                  from part p
                 where t.id = p.id and t.state = 'Pending' and t.wake_at is null and not t.ready
             returning t.pool
            ), walked as (
                update task_manager.container c
                   set released = case when w.more then w.past else 2147483647 end
                  from (select f.id, max(p.ordinal) + 1 as past, count(p.id) = $2 as more
                          from filled f left join part p on p.container_id = f.id group by f.id) w
                 where c.id = w.id
             returning w.more
            )
            select array(select distinct pool from started where pool is not null), coalesce((select bool_or(more) from walked), false)
            """;
        var parts = await connection.Command(sql, In(FilledContainers), In(FilledLimit)).QueryAsync(
            row => (row.GetFieldValue<string[]>(0), row.GetBoolean(1)), cancellation);
        return parts[0];
    }

    private async Task<List<Opening>> StartContainersAsync(List<Opening> opened, CancellationToken cancellation)
    {
        const string sql = """
            update task_manager.container c
               set state = 'Running',
                   released = case when c.mode = 'Sequential' then 1
                                   when c.max_concurrency is not null then c.max_concurrency
                                   when c.filled then 0
                                   else 2147483647 end
              from unnest($1, $2, $3) as o(id, first, past)
              join task_manager.container parent on parent.id = o.id
             where c.collection_id = parent.collection_id
               and c.parent_id = o.id
               and c.ordinal >= o.first
               and c.ordinal < o.past
               and c.state = 'Pending'
         returning c.id, c.released, c.filled
         """;
        return await Opened(sql, opened).QueryAsync(
            row => new Opening(row.GetGuid(0), 0, row.GetInt32(1) is > 0 and var past ? past : int.MaxValue, row.GetBoolean(2)), cancellation);
    }

    private NpgsqlCommand Opened(string sql, IReadOnlyList<Opening> opened) => connection.Command(
        sql,
        In(opened.Select(opening => opening.Container).ToArray()),
        In(opened.Select(opening => opening.First).ToArray()),
        In(opened.Select(opening => opening.Past).ToArray()));
}

/// <summary>Children with ordinals from <paramref name="First"/> up to but not including <paramref name="Past"/> may start.</summary>
/// <param name="Filled">By generators: there may be too many to let them go at once, or none at all.</param>
public readonly record struct Opening(Guid Container, int First, int Past, bool Filled = false);

/// <param name="Pools">Of the tasks that may be dispatched now.</param>
/// <param name="Filled">Containers that have started and may be complete already.</param>
public sealed record Released(IReadOnlySet<string> Pools, IReadOnlyCollection<Guid> Filled);
