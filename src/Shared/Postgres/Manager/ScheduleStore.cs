using System.Text.Json;
using Npgsql;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scheduling;
using TaskMesh.Core.Workflow;
using static TaskMesh.Postgres.Manager.Statement;

namespace TaskMesh.Postgres.Manager;

/// <summary>Schedules, where each stands for each organisation, and what became of its times.</summary>
public sealed class ScheduleStore(NpgsqlConnection connection)
{
    public const int DueLimit = 100;

    private static readonly TimeSpan HistoryKept = TimeSpan.FromDays(90);

    /// <summary>Makes or replaces a schedule; one that is paused stays so. A new one for changes sees those from now on.</summary>
    /// <returns>Whether it is paused.</returns>
    public async Task<bool> SetAsync(Schedule schedule, CancellationToken cancellation)
    {
        const string sql = """
            insert into task_manager.schedule as s (name, body, seen_xid, seen_id) values ($1, $2, pg_snapshot_xmin(pg_current_snapshot()), 0)
                on conflict (name) do update set body = excluded.body, changed_at = task_manager.clock()
         returning paused
         """;
        return (await connection.Command(sql, In(schedule.Name), In(Write(schedule))).QueryAsync(row => row.GetBoolean(0), cancellation))[0];
    }

    /// <returns>The collections that the last runs made, or null if there is no such schedule.</returns>
    public async Task<IReadOnlyList<Guid>?> RemoveAsync(string name, CancellationToken cancellation)
    {
        const string runs = """
            select t.last_collection from task_manager.schedule_turn t where t.schedule = $1 and t.last_collection is not null order by 1 for update
            """;
        const string remove = "delete from task_manager.schedule where name = $1";
        var collections = await connection.Command(runs, In(name)).QueryAsync(row => row.GetGuid(0), cancellation);
        return await connection.Command(remove, In(name)).ExecuteAsync(cancellation) > 0 ? collections : null;
    }

    public async Task PauseAsync(string name, bool paused, CancellationToken cancellation)
    {
        const string sql = "update task_manager.schedule set paused = $2 where name = $1";
        const string stop = "update task_manager.schedule_turn set look_at = null where schedule = $1";
        await connection.Command(sql, In(name), In(paused)).LaterAsync(cancellation);
        if (paused)
            await connection.Command(stop, In(name)).LaterAsync(cancellation);
    }

    public async Task<Schedule?> FindAsync(string name, CancellationToken cancellation)
    {
        const string sql = "select body from task_manager.schedule where name = $1 for update";
        var bodies = await connection.Command(sql, In(name)).QueryAsync(row => row.GetString(0), cancellation);
        return bodies.Count == 0 ? null : Read(bodies[0]);
    }

    /// <summary>The organisations that exist, and the database's time.</summary>
    public async Task<(IReadOnlyList<string> Organisations, DateTimeOffset Now)> OrganisationsAsync(CancellationToken cancellation)
    {
        const string sql = "select name, task_manager.clock() from task_manager.organisation order by name";
        var rows = await connection.Command(sql).QueryAsync(row => (Name: row.GetString(0), Now: row.GetDateTime(1)), cancellation);
        return ([.. rows.Select(row => row.Name)], rows.Count == 0 ? default : rows[0].Now);
    }

    /// <summary>Gives a schedule exactly these turns; what a turn remembers of its runs stays.</summary>
    public async Task SetTurnsAsync(
        string schedule, IReadOnlyList<(string Organisation, DateTimeOffset Due, DateTimeOffset LookAt)> turns, CancellationToken cancellation)
    {
        const string gone = "delete from task_manager.schedule_turn where schedule = $1 and organisation <> all($2)";
        const string set = """
            insert into task_manager.schedule_turn (schedule, organisation, due, look_at)
            select $1, t.* from unnest($2, $3, $4) as t(organisation, due, look_at)
                on conflict (schedule, organisation) do update set due = excluded.due, look_at = excluded.look_at
            """;
        var organisations = turns.Select(turn => turn.Organisation).ToArray();
        await connection.Command(gone, In(schedule), In(organisations)).LaterAsync(cancellation);
        await connection.Command(
            set,
            In(schedule),
            In(organisations),
            In(turns.Select(turn => turn.Due.UtcDateTime).ToArray()),
            In(turns.Select(turn => turn.LookAt.UtcDateTime).ToArray()))
            .LaterAsync(cancellation);
    }

    /// <summary>When each organisation of a schedule ran last.</summary>
    public async Task<IReadOnlyDictionary<string, DateTimeOffset>> LastTimesAsync(string schedule, CancellationToken cancellation)
    {
        const string sql = """
            select organisation, last_run_at from task_manager.schedule_turn where schedule = $1 and last_run_at is not null
            """;
        var rows = await connection.Command(sql, In(schedule)).QueryAsync(
            row => (row.GetString(0), (DateTimeOffset)row.GetDateTime(1)), cancellation);
        return rows.ToDictionary();
    }

    /// <summary>Schedules for all organisations and organisations that they have no turn for yet.</summary>
    public Task<List<(string Organisation, Schedule Schedule, DateTimeOffset Now)>> WithoutTurnAsync(CancellationToken cancellation)
    {
        const string sql = """
            select o.name, s.body, task_manager.clock()
              from task_manager.schedule s
             cross join task_manager.organisation o
             where not s.paused
               and s.body::json ->> 'organisations' is null
               and s.body::json ->> 'on' is null
               and not exists (select from task_manager.schedule_turn t where t.schedule = s.name and t.organisation = o.name)
             limit $1
            """;
        return connection.Command(sql, In(DueLimit)).QueryAsync(
            row => (row.GetString(0), Read(row.GetString(1)), (DateTimeOffset)row.GetDateTime(2)), cancellation);
    }

    public Task AddTurnAsync(string schedule, string organisation, DateTimeOffset due, DateTimeOffset lookAt, CancellationToken cancellation)
    {
        const string sql = """
            insert into task_manager.schedule_turn (schedule, organisation, due, look_at) values ($1, $2, $3, $4) on conflict do nothing
            """;
        return connection.Command(sql, In(schedule), In(organisation), In(due.UtcDateTime), In(lookAt.UtcDateTime)).LaterAsync(cancellation);
    }

    /// <summary>Turns whose time has come, locked; a run that has ended since is counted as well or badly ended.</summary>
    public Task<List<DueTurn>> DueAsync(CancellationToken cancellation)
    {
        const string sql = """
            with due as (
                select t.schedule, t.organisation
                  from task_manager.schedule_turn t
                 where t.look_at <= task_manager.clock()
                 order by t.look_at
                 limit $1
                   for update skip locked
            )
            update task_manager.schedule_turn t
               set failures = case when t.judged or c.ended_at is null then t.failures
                                   when c.state in ('Failed', 'Timeout') then t.failures + 1 else 0 end,
                   judged = t.judged or c.ended_at is not null
              from due
              join task_manager.schedule s on s.name = due.schedule
              join task_manager.schedule_turn own on own.schedule = due.schedule and own.organisation = due.organisation
              left join task_manager.collection c on c.id = own.last_collection
             where t.schedule = due.schedule and t.organisation = due.organisation
         returning s.body, t.organisation, t.due, c.state::text, c.ended_at, t.failures, t.last_collection, task_manager.clock(),
                   exists (select from task_manager.schedule_run r where r.schedule = t.schedule and r.organisation = t.organisation
                              and r.due = t.due and r.outcome in ('queued', 'cooling'))
         """;
        return connection.Command(sql, In(DueLimit)).QueryAsync(
            row => new DueTurn(
                Read(row.GetString(0)),
                new ScheduleTurn(
                    row.GetString(1),
                    row.GetDateTime(2),
                    row.IsDBNull(3) ? null : row.Enum<TaskState>(3),
                    row.IsDBNull(4) ? null : row.GetDateTime(4),
                    row.GetInt32(5),
                    row.GetBoolean(8)),
                row.IsDBNull(6) ? null : row.GetGuid(6),
                row.GetDateTime(7)),
            cancellation);
    }

    /// <param name="started">The collection that this run has made; null keeps the one before.</param>
    public Task AdvanceAsync(
        string schedule, string organisation, DateTimeOffset? due, DateTimeOffset? lookAt, Guid? started, int missed, CancellationToken cancellation)
    {
        const string sql = """
            update task_manager.schedule_turn
               set due = coalesce($3::timestamptz, due),
                   look_at = coalesce($4::timestamptz, look_at),
                   judged = judged and $5::uuid is null,
                   last_collection = coalesce($5::uuid, last_collection),
                   last_run_at = case when $5::uuid is null then last_run_at else task_manager.clock() end,
                   missed = missed + $6
             where schedule = $1 and organisation = $2
            """;
        return connection.Command(
            sql, In(schedule), In(organisation), In(Utc(due)), In(Utc(lookAt)), In(started), In(missed)).LaterAsync(cancellation);
    }

    public Task RecordAsync(
        string schedule, string organisation, DateTimeOffset due, string outcome, Guid? collection, string? reason, CancellationToken cancellation)
    {
        const string sql = """
            insert into task_manager.schedule_run (schedule, organisation, due, outcome, collection_id, reason) values ($1, $2, $3, $4, $5, $6)
            """;
        return connection.Command(
            sql, In(schedule), In(organisation), In(due.UtcDateTime), In(outcome), In(collection), In(reason)).LaterAsync(cancellation);
    }

    public Task ForgetAsync(CancellationToken cancellation)
    {
        const string sql = "delete from task_manager.schedule_run where at < task_manager.clock() - $1";
        return connection.Command(sql, In(HistoryKept)).LaterAsync(cancellation);
    }

    internal static string Write(Schedule schedule) => JsonSerializer.Serialize(schedule, MessageJson.Default.Schedule);

    internal static Schedule Read(string body) => JsonSerializer.Deserialize(body, MessageJson.Default.Schedule)!;

    /// <summary>"Never" as PostgreSQL has it: Npgsql writes the largest time as infinity.</summary>
    private static DateTime? Utc(DateTimeOffset? time) => time?.UtcDateTime;
}
