using Dapper;
using Npgsql;
using TaskMesh.Core.Routing;
using TaskMesh.Core.Waiting;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Postgres.Reading;

/// <summary>Gathers what decides why a task waits. Reads only; the decision is <see cref="WaitExplainer"/>'s.</summary>
public sealed class WaitReader(NpgsqlDataSource database)
{
    /// <summary>A place in line is counted no further.</summary>
    private const int CountUpTo = 100_000;

    private const int MostNames = 5;

    private const string RateLimit = "rate-limit:";

    /// <returns>Null if there is no such task.</returns>
    public async Task<WaitFacts?> FactsAsync(Guid id, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var task = await connection.QuerySingleOrDefaultAsync<TaskRow>(Command(TaskSql, new { id }, cancellation));
        if (task is null)
            return null;
        var state = Enum.Parse<TaskState>(task.State);
        var facts = new WaitFacts(
            task.Now,
            state,
            task.Reason,
            Enum.Parse<TaskState>(task.ContainerState),
            task.Released,
            task.Released || state != TaskState.Pending ? [] : await WaitsForAsync(connection, id, cancellation),
            task.MaxConcurrency,
            task.Deadline,
            task.WakeAt,
            task.LeaseUntil,
            task.SentAt,
            task.Worker,
            KillSwitch: task.KillSwitch);
        if (state == TaskState.Running)
            facts = facts with { Packets = await connection.QuerySingleOrDefaultAsync<PacketShares>(Command(PacketSql, new { id }, cancellation)) };
        if (task.Pool is null || state.IsTerminal())
            return facts;
        var pool = await connection.QuerySingleAsync<PoolRow>(Command(PoolSql, new { id, limit = CountUpTo }, cancellation));
        return facts with
        {
            Pool = new(
                task.Pool, Enum.Parse<WorkerClass>(pool.Class), pool.Window, pool.InFlight, task.Ready ? pool.Before + 1 : null, pool.LiveWorkers),
            Hold = await connection.QueryFirstOrDefaultAsync<HoldRow>(Command(HoldSql, new { id }, cancellation)) is { } hold
                ? new(hold.What, hold.Name, hold.Until, hold.Who, hold.Why) : null,
            Rate = RateOf(task),
            Fleet = pool.Launches ? await FleetAsync(connection, cancellation) : null,
        };
    }

    /// <summary>Dispatch gives a task without a token the bucket as its reason, and the time at which it comes back for one.</summary>
    private static WaitingRate? RateOf(TaskRow task) =>
        task is { Reason: { } reason, WakeAt: { } wake } && reason.StartsWith(RateLimit, StringComparison.Ordinal)
        ? new(reason[RateLimit.Length..], wake) : null;

    /// <summary>What stands before it: in the innermost running sequence whose turn has not come to it.</summary>
    private static async Task<IReadOnlyList<string>> WaitsForAsync(NpgsqlConnection connection, Guid id, CancellationToken cancellation)
    {
        const string sql = """
            with recursive up as (
                select t.container_id as parent, t.ordinal, 0 as height from task_manager.task t where t.id = @id
                 union all
                select c.parent_id, c.ordinal, up.height + 1
                  from up join task_manager.container c on c.id = up.parent
                 where c.parent_id is not null
            ), blocked as (
                select up.parent, up.ordinal, c.collection_id
                  from up join task_manager.container c on c.id = up.parent
                 where c.state = 'Running' and c.mode = 'Sequential' and up.ordinal >= c.released
                 order by up.height
                 limit 1
            )
            select coalesce(name, kind)
              from (select t.name, t.kind, t.ordinal
                      from blocked b
                      join task_manager.task t on t.container_id = b.parent and t.ordinal < b.ordinal
                     where t.state in ('Pending', 'Dispatched', 'Running', 'PendingTaskCreation')
                     union all
                    select c.name, c.mode::text, c.ordinal
                      from blocked b
                      join task_manager.container c on c.collection_id = b.collection_id and c.parent_id = b.parent and c.ordinal < b.ordinal
                     where c.state in ('Pending', 'Running')) before
             order by ordinal
             limit @most
            """;
        return (await connection.QueryAsync<string>(Command(sql, new { id, most = MostNames }, cancellation))).AsList();
    }

    /// <summary>Cells that rest were not asked by the newest intent: the refusals are each cell's last answer.</summary>
    private static async Task<WaitingFleet> FleetAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        const string newest = """
            select (select count(*) from task_manager.launch_slot)::int as cap,
                   (select count(*) from task_manager.launch_slot where state in ('launching', 'booting'))::int as launching,
                   i.id, i.ended_at as endedAt, i.instance_id as instanceId,
                   (select code || ': ' || message from task_manager.launch_control where held_until > task_manager.clock()) as held,
                   (select held_until from task_manager.launch_control) as heldUntil,
                   (select 'cost-cap: ' || cost_refusal from task_manager.launch_control) as costCap
              from (select 1) one
              left join lateral (
                   select id, ended_at, instance_id from task_manager.launch_intent order by created_at desc limit 1) i on true
            """;
        const string refusals = """
            select coalesce(instance_type, 'template') || '/' || coalesce(subnet, 'template') || case market when 'Spot' then '/spot' else '' end
                   || ' ' || answer
              from (select distinct on (instance_type, subnet, market) instance_type, subnet, market, answer, ordinal
                      from task_manager.launch_attempt a
                      join task_manager.launch_intent i on i.id = a.intent_id
                      join task_manager.launch_control c on i.configuration = coalesce(c.rules::json ->> 'configuration', i.configuration)
                     where a.answer is not null and a.answered_at > task_manager.clock() - interval '24 hours'
                     order by instance_type, subnet, market, answered_at desc) last
             where answer <> 'launched'
             order by ordinal
            """;
        var row = await connection.QuerySingleAsync<FleetRow>(Command(newest, new { }, cancellation));
        var refused = row is { Id: not null, EndedAt: not null, InstanceId: null };
        var answers = refused
            ? (await connection.QueryAsync<string>(Command(refusals, new { }, cancellation))).AsList() : [];
        return new WaitingFleet(
            row.Cap, row.Launching, answers, row.EndedAt, row.CostCap, row.Held,
            row.Held is null ? null : row.HeldUntil);
    }

    private const string TaskSql = """
        select task_manager.clock() as now, t.state::text as state, t.reason, t.ready, t.pool, t.worker, t.deadline, t.wake_at as wakeAt,
               t.lease_until as leaseUntil, c.state::text as containerState, c.max_concurrency as maxConcurrency,
               (c.state <> 'Pending' and t.ordinal < c.released) as released,
               (select k.kill_switch from task_manager.control_state k) as killSwitch,
               case when t.state = 'Dispatched' then (
                    select d.sent_at from task_manager.dispatch d where t.id = any(d.tasks) order by d.written_at desc limit 1) end as sentAt
          from task_manager.task t
          join task_manager.container c on c.id = t.container_id
         where t.id = @id
        """;

    /// <summary>
    /// As in <c>DispatchStore</c>: the window of a bare-metal pool grows with its workers. Before a task go those of higher priority, its own
    /// organisation's that come back and older ones, and of each other organisation as many as it gets turns until then.
    /// </summary>
    private const string PoolSql = """
        select p.class, p.in_flight as inFlight, w.live::int as liveWorkers,
               p.class = 'BareMetal' and p.name = coalesce(
                   (select rules::json ->> 'launchPool' from task_manager.launch_control), p.name) as launches,
               case when p.dispatch_window = 0 then 0
                    when p.class = 'BareMetal' then 2 * least(p.slots, greatest(w.live_slots, 1))::int
                    else coalesce(2 * p.slots, p.dispatch_window) end as window,
               (select count(*)
                  from (select from task_manager.task o where o.pool = t.pool and o.ready and o.priority > t.priority limit @limit) higher)
               + own.before
               + (select coalesce(sum(least(other.waiting, own.before + other.sooner)), 0)
                    from (select count(*) as waiting,
                                 ((o.organisation <= p.turn, o.organisation) < (t.organisation <= p.turn, t.organisation))::int as sooner
                            from task_manager.task o
                           where o.pool = t.pool and o.ready and o.priority = t.priority and o.organisation <> t.organisation
                           group by o.organisation) other)::bigint as before
          from task_manager.task t
          join task_manager.pool p on p.name = t.pool
         cross join lateral (
               select count(*) as live, coalesce(sum(parallelism), 0) as live_slots
                 from task_manager.worker w where w.pool = p.name and w.state = 'live') w
         cross join lateral (
               select count(*) as before
                 from (select from task_manager.task o
                        where o.pool = t.pool and o.ready and o.priority = t.priority and o.organisation = t.organisation
                          and (o.attempt = 0, o.id) < (t.attempt = 0, t.id)
                        limit @limit) older) own
         where t.id = @id
        """;

    private const string PacketSql = """
        select l.wanted, l.per_network as perNetwork, l.total,
               (select sum(upper(n) - lower(n)) from unnest(l.networks) n)::bigint as networks,
               l.network_others as networkOthers, l.total_others as totalOthers, l.is_pools as isPools
          from task_manager.packet_lease l
          join task_manager.task t on t.id = l.task_id and t.attempt = l.attempt
         where t.id = @id
        """;

    private const string HoldSql = """
        select h.what, h.name, h.until, h.who, h.why
          from task_manager.task t
          join task_manager.hold h on h.id = task_manager.hold_on(t.pool, t.organisation, t.collection_id)
         where t.id = @id
        """;

    private static CommandDefinition Command(string sql, object parameters, CancellationToken cancellation) =>
        new(sql, parameters, cancellationToken: cancellation);

    private sealed record TaskRow(
        DateTime Now,
        string State,
        string? Reason,
        bool Ready,
        string? Pool,
        string? Worker,
        DateTime Deadline,
        DateTime? WakeAt,
        DateTime? LeaseUntil,
        string ContainerState,
        int? MaxConcurrency,
        bool Released,
        bool KillSwitch,
        DateTime? SentAt);

    private sealed record PoolRow(string Class, int InFlight, int LiveWorkers, bool Launches, int Window, long Before);

    private sealed record HoldRow(string What, string Name, DateTime? Until, string Who, string Why);

    private sealed record FleetRow(
        int Cap, int Launching, Guid? Id, DateTime? EndedAt, string? InstanceId, string? Held, DateTime? HeldUntil, string? CostCap);
}
