using Npgsql;
using static TaskMesh.Postgres.Manager.Statement;

namespace TaskMesh.Postgres.Manager;

/// <summary>Generated tasks that hold their container up while workers are idle: each is asked once to let others share what is left of it.</summary>
public sealed class StragglerStore(NpgsqlConnection connection)
{
    /// <summary>What has run for less is not looked at.</summary>
    public static readonly TimeSpan ShortestRun = TimeSpan.FromMinutes(1);

    private const int Limit = 100;

    /// <summary>Siblings that are looked at for how long they took.</summary>
    private const int Sample = 100;

    /// <summary>
    /// Asks the tasks that have run for more than twice as long as those of their siblings which succeeded, on average, where nothing waits for a
    /// worker and one is free or may be launched. What still runs in the container, whoever made it, is at most a quarter of what their generator
    /// made: cut in four each, they ask for no more workers, and no more packets a second, than the whole did.
    /// </summary>
    /// <param name="kinds">Which can be shared.</param>
    /// <param name="launching">The pool whose workers are launched on demand.</param>
    public Task AskAsync(IReadOnlyCollection<string> kinds, string launching, CancellationToken cancellation)
    {
        const string sql = """
            with flying as materialized (
                select sent.id, sent.attempt
                  from task_manager.pool p
                  join task_manager.dispatch d on d.pool = p.name and d.written_at < (select task_manager.clock()) - $3
                 cross join unnest(d.tasks, d.attempts) as sent(id, attempt)
                 where p.class = 'BareMetal'
                   and (p.in_flight < (select sum(w.parallelism) from task_manager.worker w where w.pool = p.name and w.state = 'live')
                        or p.name = $2 and exists (select from task_manager.launch_slot s where s.state = 'free'))
                   and not exists (select from task_manager.task w where w.pool = p.name and w.ready)
            ), slow as (
                select t.id, t.attempt
                  from flying f
                 cross join lateral (
                       select *
                         from task_manager.task t
                        where t.id = f.id and t.attempt >= f.attempt and t.state = 'Running' and t.kind = any($1) and t.cut_attempt is null
                          and t.input like '%"seed"%' and t.input like '%"shard"%' and t.timeouts is null
                          and task_manager.hold_on(t.pool, t.organisation, t.collection_id) is null
                        limit 1) t
                  join task_manager.generator g on g.task_id = t.parent_id and g.ended and g.counted >= g.declared
                 cross join lateral (
                       select
                         from task_manager.container c
                         join task_manager.progress p on p.container_id = c.id
                        where c.id = t.container_id and c.state = 'Running' and c.mode = 'Parallel' and c.max_concurrency is null
                          and c.open_generators = 0 and c.released = 2147483647
                        group by c.id
                       having 4 * (c.children - sum(p.succeeded + p.partially_failed + p.failed + p.timeout + p.disabled + p.cancelled))
                              <= g.declared) c
                 cross join lateral (
                       select avg(s.ended_at - s.started_at) as took
                         from (select s.started_at, s.ended_at
                                 from task_manager.task s
                                where s.container_id = t.container_id and s.state = 'Succeeded' and s.kind = t.kind
                                order by s.ordinal
                                limit $5) s) siblings
                 where siblings.took is not null and task_manager.clock() - t.started_at > greatest(2 * siblings.took, $3)
                 order by t.id
                 limit $4
            )
            update task_manager.task t set cut_attempt = s.attempt from slow s where t.id = s.id and t.attempt = s.attempt and t.state = 'Running'
            """;
        return connection.Command(sql, In(kinds.ToArray()), In(launching), In(ShortestRun), In(Limit), In(Sample)).LaterAsync(cancellation);
    }

    /// <summary>Of tasks whose attempts have ended: those that were asked, with their generators locked, so that nobody else adds children.</summary>
    public Task<List<(Guid Task, string Input, Guid Generator)>> AskedAsync(IReadOnlyCollection<Guid> tasks, CancellationToken cancellation)
    {
        const string sql = """
            select t.id, t.input, g.task_id
              from unnest($1) as asked(id)
              join task_manager.task t on t.id = asked.id and t.cut_attempt = t.attempt
              join task_manager.generator g on g.task_id = t.parent_id and g.ended
             order by g.task_id, t.id
               for update of g
            """;
        return connection.Command(sql, In(tasks.ToArray())).QueryAsync(
            row => (row.GetGuid(0), row.GetString(1), row.GetGuid(2)), cancellation);
    }
}
