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
        var (pools, mayBeComplete, inParts) = (new HashSet<string>(), new List<Guid>(), false);
        while (opened.Count > 0)
        {
            pools.UnionWith(await StartAsync([.. opened.Where(opening => !opening.InParts)], cancellation));
            opened = await StartContainersAsync(opened, cancellation);
            mayBeComplete.AddRange(opened.Where(opening => opening.MayBeComplete).Select(opening => opening.Container));
            inParts |= opened.Exists(opening => opening.InParts);
        }
        if (inParts)
            pools.UnionWith((await StartFilledAsync(cancellation)).Pools);
        return new Released(pools, mayBeComplete);
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
                   released = case when c.filled and c.mode = 'Parallel' and c.max_concurrency is null then 0
                                   when c.policy = '{"type":"All"}' and exists (
                                        select from task_manager.progress p where p.container_id = c.id and p.cancelled + p.failed > 0) then 0
                                   when c.mode = 'Sequential' then c.released + 1
                                   when c.max_concurrency is not null then c.released + c.max_concurrency
                                   else 2147483647 end
              from unnest($1, $2, $3) as o(id, first, past)
              join task_manager.container parent on parent.id = o.id
             where c.collection_id = parent.collection_id
               and c.parent_id = o.id
               and c.ordinal >= o.first
               and c.ordinal < o.past
               and c.state = 'Pending'
         returning c.id, c.released, c.filled and c.mode = 'Parallel' and c.max_concurrency is null,
                   c.filled or exists (select from task_manager.progress p where p.container_id = c.id)
         """;
        return await Opened(sql, opened).QueryAsync(
            row => new Opening(row.GetGuid(0), 0, row.GetBoolean(2) ? int.MaxValue : row.GetInt32(1), row.GetBoolean(2), row.GetBoolean(3)),
            cancellation);
    }

    private NpgsqlCommand Opened(string sql, IReadOnlyList<Opening> opened) => connection.Command(
        sql,
        In(opened.Select(opening => opening.Container).ToArray()),
        In(opened.Select(opening => opening.First).ToArray()),
        In(opened.Select(opening => opening.Past).ToArray()));
}

/// <summary>Children with ordinals from <paramref name="First"/> up to but not including <paramref name="Past"/> may start.</summary>
/// <param name="InParts">Generators have made tasks in it, perhaps too many to let them go at once.</param>
/// <param name="MayBeComplete">Generators have filled it, perhaps with nothing, or children were cancelled before it started.</param>
public readonly record struct Opening(Guid Container, int First, int Past, bool InParts = false, bool MayBeComplete = false);

/// <param name="Pools">Of the tasks that may be dispatched now.</param>
/// <param name="MayBeComplete">Containers that have started and may be complete already.</param>
public sealed record Released(IReadOnlySet<string> Pools, IReadOnlyCollection<Guid> MayBeComplete);
