using Npgsql;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scope;
using static TaskMesh.Postgres.Manager.Statement;

namespace TaskMesh.Postgres.Manager;

/// <summary>
/// What may not start for now. A hold counts from its commit on, because dispatch asks for each task while any exists; the sweep puts the tasks
/// aside that wait under it, so that dispatch does not walk over them again and again, and gives them back when it ends.
/// </summary>
public sealed class HoldStore(NpgsqlConnection connection)
{
    public const int TaskLimit = 5_000;

    /// <summary>A hold outlives every transaction that may have put tasks aside for it without seeing that it has ended.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(2);

    private const string ScanWindow = "scan-window";

    /// <returns>Whether there is such a thing.</returns>
    public async Task<bool> PauseAsync(PauseTarget what, string name, string who, string why, CancellationToken cancellation)
    {
        const string sql = """
            insert into task_manager.hold (what, name, who, why)
            select $1, $2, $3, $4
             where case $1 when 'pool' then exists (select from task_manager.pool where name = $2)
                           when 'organisation' then exists (select from task_manager.organisation where name = $2)
                           else exists (select from task_manager.collection where id::text = $2) end
                on conflict (what, name) where until is null do update set name = excluded.name
            """;
        return await connection.Command(sql, In(Text(what)), In(name), In(who), In(why)).ExecuteAsync(cancellation) > 0;
    }

    /// <returns>Whether it was paused.</returns>
    public async Task<bool> ResumeAsync(PauseTarget what, string name, CancellationToken cancellation)
    {
        const string sql = "update task_manager.hold set until = task_manager.clock() where what = $1 and name = $2 and until is null";
        return await connection.Command(sql, In(Text(what)), In(name)).ExecuteAsync(cancellation) > 0;
    }

    /// <returns>Whether there is such an organisation.</returns>
    public async Task<bool> SetWindowsAsync(string organisation, IReadOnlyList<ScanWindow> windows, CancellationToken cancellation)
    {
        const string set = "update task_manager.organisation set windows = $2 where name = $1";
        const string end = "update task_manager.hold set until = task_manager.clock() where what = $1 and name = $2 and until > task_manager.clock()";
        var text = windows.Count == 0 ? null : Json.Write(windows);
        if (await connection.Command(set, In(organisation), In(text)).ExecuteAsync(cancellation) == 0)
            return false;
        await connection.Command(end, In(ScanWindow), In(organisation)).ExecuteAsync(cancellation);
        return true;
    }

    /// <summary>Organisations with windows of which no row says when they are closed next, with the database's time.</summary>
    public Task<List<(string Organisation, IReadOnlyList<ScanWindow> Windows, DateTime Now)>> WindowsDueAsync(CancellationToken cancellation)
    {
        const string sql = """
            select o.name, o.windows, task_manager.clock()
              from task_manager.organisation o
             where o.windows is not null
               and not exists (select from task_manager.hold h where h.what = $1 and h.name = o.name and h.until > task_manager.clock())
               for update of o skip locked
            """;
        return connection.Command(sql, In(ScanWindow)).QueryAsync(
            row => (row.GetString(0), Json.ReadWindows(row.GetString(1)), row.GetDateTime(2)), cancellation);
    }

    public Task CloseWindowAsync(string organisation, DateTimeOffset since, DateTimeOffset until, CancellationToken cancellation)
    {
        const string sql = "insert into task_manager.hold (what, name, since, until, who, why) values ($1, $2, $3, $4, 'calendar', 'scan windows')";
        return connection.Command(
            sql, In(ScanWindow), In(organisation), In(since.UtcDateTime), In(until.UtcDateTime)).ExecuteAsync(cancellation);
    }

    /// <summary>Puts ready tasks aside that may not start.</summary>
    /// <returns>How many.</returns>
    public Task<int> ParkAsync(CancellationToken cancellation)
    {
        const string sql = """
            with active as (
                select id, what, name
                  from task_manager.hold
                 where what <> 'pool' and since <= task_manager.clock() and (until is null or until > task_manager.clock())
            ), waiting as (
                select t.id, a.id as hold
                  from active a
                 cross join task_manager.pool p
                 cross join lateral (
                       select t.id
                         from task_manager.task t
                        where t.pool = p.name
                          and t.ready
                          and case a.what when 'organisation' then t.organisation = a.name
                                          when 'collection' then t.collection_id = a.name::uuid
                                          else t.organisation = a.name and p.class = 'BareMetal' end
                        limit $1
                          for update of t skip locked) t
                 limit $1
            )
            update task_manager.task t
               set ready = false, held_by = w.hold, reason = task_manager.hold_reason(w.hold)
              from (select distinct on (id) * from waiting order by id, hold) w
             where t.id = w.id
            """;
        return connection.Command(sql, In(TaskLimit)).ExecuteAsync(cancellation);
    }

    /// <summary>Gives tasks back that were put aside for a hold that has ended, and forgets holds that ended long ago.</summary>
    /// <returns>The pool of each.</returns>
    public Task<List<string?>> ReleaseAsync(CancellationToken cancellation)
    {
        const string sql = """
            with ended as (
                select id, until
                  from task_manager.hold
                 where until <= task_manager.clock()
                 order by id
                 limit 100
                   for update skip locked
            ), part as (
                select e.id as hold, e.until, t.id
                  from ended e
                  left join lateral (select id from task_manager.task where held_by = e.id limit $1 for update) t on true
            ), freed as (
                update task_manager.task t
                   set ready = t.state = 'Pending' and t.pool is not null,
                       held_by = null,
                       reason = case when t.state <> 'Pending' then t.reason end
                  from part p
                 where t.id = p.id
             returning t.pool
            ), done as (
                delete from task_manager.hold
                 where id in (select hold from part where until < task_manager.clock() - $2 group by hold having count(id) = 0)
            )
            select pool from freed
            """;
        return connection.Command(sql, In(TaskLimit), In(Remembered)).QueryAsync(row => row.TextOrNull(0), cancellation);
    }

    private static string Text(PauseTarget what) => what.ToString().ToLowerInvariant();
}
