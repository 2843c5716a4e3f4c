using Npgsql;
using TaskMesh.Core.Routing;
using TaskMesh.Core.Workflow;
using static TaskMesh.Postgres.Manager.Statement;

namespace TaskMesh.Postgres.Manager;

/// <summary>Pools and buckets as the configuration and people want them, and tasks that are in none.</summary>
public sealed class PoolStore(NpgsqlConnection connection)
{
    /// <summary>So many are looked at in one sweep; of those that no pool serves, more would hide the others.</summary>
    private const int StrayLimit = 100_000;

    /// <summary>Tasks that found no pool, and those that wait in one that has gone.</summary>
    private const string Strays = """
        (select t.id, t.kind, t.labels from task_manager.task t where t.pool is null and t.state = 'Pending' limit $1)
         union all
        select t.id, t.kind, t.labels
          from task_manager.pool p
         cross join lateral (select id, kind, labels from task_manager.task where pool = p.name and ready limit $1) t
         where p.dispatch_window = 0
        """;

    /// <summary>Makes the pools of the configuration known; a pool that has gone from it keeps its row and gets no window.</summary>
    public Task ConfigureAsync(IReadOnlyList<Pool> pools, CancellationToken cancellation)
    {
        const string sql = """
            with gone as (
                update task_manager.pool set dispatch_window = 0 where name <> all($1) and dispatch_window > 0
            )
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

    /// <summary>Makes the kinds that need tokens known, with their buckets; a bucket that has gone from the configuration keeps its row.</summary>
    public async Task ConfigureAsync(IReadOnlyList<(string Kind, RateLimit Limit)> limits, CancellationToken cancellation)
    {
        const string buckets = """
            insert into task_manager.bucket as b (name, per_second, burst, tokens)
            select distinct on (l.name) l.name, l.per_second, l.burst, l.burst from unnest($1, $2, $3) as l(name, per_second, burst)
                on conflict (name) do update set per_second = excluded.per_second, burst = excluded.burst
                where (b.per_second, b.burst) is distinct from (excluded.per_second, excluded.burst)
            """;
        const string kinds = """
            with gone as (
                delete from task_manager.limited_kind where kind <> all($1)
            )
            insert into task_manager.limited_kind as k (kind, bucket)
            select * from unnest($1, $2)
                on conflict (kind) do update set bucket = excluded.bucket where k.bucket <> excluded.bucket
            """;
        await connection.Command(
            buckets,
            In(limits.Select(limit => limit.Limit.Bucket).ToArray()),
            In(limits.Select(limit => limit.Limit.PerSecond).ToArray()),
            In(limits.Select(limit => limit.Limit.Burst).ToArray()))
            .ExecuteAsync(cancellation);
        await connection.Command(kinds, In(limits.Select(limit => limit.Kind).ToArray()), In(limits.Select(limit => limit.Limit.Bucket).ToArray()))
            .ExecuteAsync(cancellation);
    }

    /// <returns>0 if there is no such pool.</returns>
    public Task<int> SetPoolAsync(string pool, int? slots, int? packetsPerSecond, CancellationToken cancellation)
    {
        const string sql = """
            update task_manager.pool
               set slots = case when $3 is null then $2 else coalesce($2, slots) end, packet_rate = nullif(coalesce($3, packet_rate), 0)
             where name = $1
            """;
        return connection.Command(sql, In(pool), In(slots), In(packetsPerSecond)).ExecuteAsync(cancellation);
    }

    public Task<List<Stray>> StraysAsync(CancellationToken cancellation) =>
        connection.Command($"select distinct kind, labels from ({Strays}) stray", In(StrayLimit)).QueryAsync(
            row => new Stray(row.GetString(0), row.TextOrNull(1)), cancellation);

    /// <summary>Gives such tasks the pools that serve them now, or tells that none does.</summary>
    /// <returns>The pools of the tasks that may be dispatched now.</returns>
    public Task<List<string>> RouteAsync(IReadOnlyCollection<(Stray Stray, string? Pool)> routes, CancellationToken cancellation)
    {
        const string sql = $"""
            with stray as (
                {Strays}
            ), routed as (
                update task_manager.task t
                   set pool = r.pool,
                       ready = r.pool is not null and (t.ready or t.wake_at is null and c.state <> 'Pending' and t.ordinal < c.released),
                       reason = case when r.pool is null then r.reason when t.reason like 'no-worker-for:%' then null else t.reason end
                  from stray s
                  join unnest($2, $3, $4, $5) as r(kind, labels, pool, reason) on r.kind = s.kind and r.labels is not distinct from s.labels,
                       task_manager.container c
                 where t.id = s.id and t.state = 'Pending' and t.pool is distinct from r.pool and c.id = t.container_id
             returning t.pool, t.ready
            )
            select distinct pool from routed where ready
            """;
        return connection.Command(
            sql,
            In(StrayLimit),
            In(routes.Select(route => route.Stray.Kind).ToArray()),
            In(routes.Select(route => route.Stray.Labels).ToArray()),
            In(routes.Select(route => route.Pool).ToArray()),
            In(routes.Select(route => TaskStore.NoWorkerFor(route.Stray.Read())).ToArray()))
            .QueryAsync(row => row.GetString(0), cancellation);
    }
}

/// <param name="Labels">As JSON; null for none.</param>
public sealed record Stray(string Kind, string? Labels)
{
    public IReadOnlyDictionary<string, string> Read() => Labels is null ? new Dictionary<string, string>() : Json.ReadLabels(Labels);
}
