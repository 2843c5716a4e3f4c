using Npgsql;
using static TaskMesh.Postgres.Manager.Statement;

namespace TaskMesh.Postgres.Manager;

/// <summary>What the rows say about the mesh, for metrics: once a minute, each in bounded time.</summary>
public sealed class FigureStore(NpgsqlConnection connection)
{
    public Task<List<PoolFigures>> PoolsAsync(int countUpTo, CancellationToken cancellation)
    {
        const string sql = """
            select p.name, p.in_flight, (select count(*) from (select from task_manager.task t where t.pool = p.name and t.ready limit $1) ready)::int
              from task_manager.pool p
             order by p.name
            """;
        return connection.Command(sql, In(countUpTo)).QueryAsync(
            row => new PoolFigures(row.GetString(0), row.GetInt32(1), row.GetInt32(2)), cancellation);
    }

    public async Task<BacklogFigures> BacklogAsync(int countUpTo, CancellationToken cancellation)
    {
        const string sql = """
            select count(*)::int,
                   coalesce(extract(epoch from task_manager.clock() - min(written_at)), 0)::double precision,
                   (select count(*) from (select from task_manager.quarantine where replays = 0 limit $1) aside)::int,
                   (select count(*) from (select from task_manager.dead_letter where replays = 0 limit $1) dead)::int
              from (select written_at
                      from task_manager.dispatch
                     where sent_at is null and written_at < (select task_manager.clock())
                     order by written_at
                     limit $1) unsent
            """;
        var rows = await connection.Command(sql, In(countUpTo)).QueryAsync(
            row => new BacklogFigures(row.GetInt32(0), row.GetDouble(1), row.GetInt32(2), row.GetInt32(3)), cancellation);
        return rows[0];
    }

    /// <summary>As PostgreSQL itself estimates, of all tables together.</summary>
    public async Task<long> DeadRowsAsync(CancellationToken cancellation)
    {
        const string sql = "select coalesce(sum(n_dead_tup), 0)::bigint from pg_stat_user_tables";
        return (await connection.Command(sql).QueryAsync(row => row.GetInt64(0), cancellation))[0];
    }

    /// <summary>Slots by their state, the age of the oldest that is taken, and what a person must see to.</summary>
    public async Task<FleetFigures> FleetAsync(CancellationToken cancellation)
    {
        const string states = "select state, count(*)::int from task_manager.launch_slot group by state";
        // A slot's time is that of its last change; an instance is as old as the launch that made it.
        const string oldest = """
            select coalesce(extract(epoch from task_manager.clock() - min(i.created_at)), 0)::double precision
              from task_manager.launch_slot s
              join task_manager.launch_intent i on i.id = s.intent_id
             where s.instance_id is not null
            """;
        // A pass marks whoever seems to be nobody's; who is so still on a later one is an orphan.
        const string trouble = """
            select (select count(*)::int from task_manager.launch_orphan where marked_at < task_manager.clock() - interval '30 s'),
                   coalesce(held_until > task_manager.clock() and refusal <> 'SlowDown', false)
              from task_manager.launch_control
            """;
        var bySlot = await connection.Command(states).QueryAsync(row => (row.GetString(0), row.GetInt32(1)), cancellation);
        var age = await connection.Command(oldest).QueryAsync(row => row.GetDouble(0), cancellation);
        var (orphans, isStopped) = (await connection.Command(trouble).QueryAsync(row => (row.GetInt32(0), row.GetBoolean(1)), cancellation))[0];
        return new(bySlot.ToDictionary(slot => slot.Item1, slot => slot.Item2), age[0], orphans, isStopped);
    }

    /// <summary>Of the whole minute before this one: the cloud's answers, where it launched, and how many launches came to nothing.</summary>
    public async Task<LaunchFigures> LaunchesAsync(CancellationToken cancellation)
    {
        const string answers = """
            select answer, count(*)::int
              from task_manager.launch_attempt
             where answered_at >= date_trunc('minute', task_manager.clock()) - interval '1 minute'
               and answered_at < date_trunc('minute', task_manager.clock())
             group by answer
            """;
        const string ended = """
            select instance_id is not null, coalesce(zone, ''), count(*)::int
              from task_manager.launch_intent
             where ended_at >= date_trunc('minute', task_manager.clock()) - interval '1 minute'
               and ended_at < date_trunc('minute', task_manager.clock())
             group by 1, 2
            """;
        var byAnswer = await connection.Command(answers).QueryAsync(row => (row.GetString(0), row.GetInt32(1)), cancellation);
        var byZone = await connection.Command(ended).QueryAsync(
            row => (HasLaunched: row.GetBoolean(0), Zone: row.GetString(1), Times: row.GetInt32(2)), cancellation);
        return new(
            byAnswer.ToDictionary(answer => answer.Item1, answer => answer.Item2),
            byZone.Where(end => end is { HasLaunched: true, Zone.Length: > 0 }).ToDictionary(end => end.Zone, end => end.Times),
            byZone.Where(end => !end.HasLaunched).Sum(end => end.Times));
    }
}

public sealed record PoolFigures(string Pool, int InFlight, int Ready);

public sealed record BacklogFigures(int OutboxRows, double OutboxSeconds, int PutAside, int DeadLetters);

/// <param name="IsStopped">Whether nobody launches until a person sees to it.</param>
public sealed record FleetFigures(IReadOnlyDictionary<string, int> Slots, double OldestSeconds, int Orphans, bool IsStopped);

public sealed record LaunchFigures(IReadOnlyDictionary<string, int> Answers, IReadOnlyDictionary<string, int> Zones, int Refused);
