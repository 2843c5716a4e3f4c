using System.Text.Json;
using Npgsql;
using static TaskMesh.Postgres.Manager.Statement;

namespace TaskMesh.Postgres.Manager;

/// <summary>
/// The short way of attempts that succeeded and on whose end nothing else waits: one statement moves the tasks, keeps their outputs, counts
/// them, and closes what this batch alone has completed. Whatever it leaves takes the long way, which looks before it decides.
/// </summary>
public sealed class SuccessStore(NpgsqlConnection connection)
{
    /// <param name="otherKinds">Kinds whose end means more than that they are done.</param>
    /// <param name="shard">Of the containers' counts.</param>
    /// <param name="freesSlots">Whether the pools get their slots back here; they are held from then on.</param>
    /// <returns>The tasks that ended here.</returns>
    public Task<Later<EndedTask>> EndAsync(
        IReadOnlyCollection<(Guid Task, int Attempt, Guid Nonce, JsonElement? Data)> reports,
        string[] otherKinds,
        short shard,
        bool freesSlots,
        CancellationToken cancellation)
    {
        // A root whose children all end in this batch has no other that could end beside it, so nobody else's commit is waited for.
        const string sql = """
            with done as (
                update task_manager.task t
                   set state = 'Succeeded', reason = null, wake_at = null, ended_at = k.now, lease_until = null
                  from (select * from unnest($1, $2, $3, $4) as r(id, attempt, nonce, data) order by id) r,
                       task_manager.container c, (select task_manager.clock() as now) k
                 where t.id = r.id
                   and t.attempt = r.attempt
                   and t.nonce = r.nonce
                   and t.state in ('Dispatched', 'Running')
                   and t.kind <> all($5)
                   and c.id = t.container_id
                   and c.state = 'Running'
                   and c.mode = 'Parallel'
                   and c.max_concurrency is null
             returning t.id, t.attempt, t.pool, t.container_id, r.data, k.now
            ), outputs as (
                insert into task_manager.task_data (task_id, attempt, part, data)
                select id, attempt, 0, data from done where data is not null
                    on conflict (task_id, attempt, part) do nothing
            ), ended as (
                select container_id as id, count(*)::int as succeeded, max(now) as now from done group by container_id order by container_id
            ), closed as (
                update task_manager.container c
                   set state = 'Succeeded', ended_at = e.now, released = case when c.filled then 2147483647 else c.released end
                  from ended e
                 where c.id = e.id and c.state = 'Running' and c.parent_id is null and c.open_generators = 0 and c.children = e.succeeded
             returning c.id, c.collection_id, e.now
            ), collections as (
                update task_manager.collection k
                   set state = 'Succeeded', ended_at = c.now
                  from closed c
                 where k.id = c.collection_id and k.ended_at is null
            ), counted as (
                insert into task_manager.progress as p (container_id, shard, succeeded)
                select id, $6, succeeded from ended where id not in (select id from closed)
                    on conflict (container_id, shard) do update set succeeded = p.succeeded + excluded.succeeded
             returning container_id
            ), freed as (
                -- Once it has counted: whoever dispatches holds counts too when it comes to lock the pools.
                update task_manager.pool p
                   set in_flight = p.in_flight - e.ended
                  from (select pool, count(*)::int as ended from done where $7 group by pool order by pool) e
                 where p.name = e.pool and (select count(*) from counted) >= 0
            )
            select id, container_id, pool, container_id in (select id from closed) from done
            """;
        return connection.Command(
            sql,
            In(reports.Select(report => report.Task).ToArray()),
            In(reports.Select(report => report.Attempt).ToArray()),
            In(reports.Select(report => report.Nonce).ToArray()),
            In(reports.Select(report => report.Data is { } data ? Json.Write(data) : null).ToArray()),
            In(otherKinds),
            In(shard),
            In(freesSlots))
            .QueryLaterAsync(row => new EndedTask(row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetBoolean(3)), cancellation);
    }
}

/// <param name="Closed">Whether its container was complete with it and is closed.</param>
public readonly record struct EndedTask(Guid Id, Guid Container, string Pool, bool Closed);
