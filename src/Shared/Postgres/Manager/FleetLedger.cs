using Npgsql;
using TaskMesh.Core.Fleet;
using TaskMesh.Core.Planning;
using TaskMesh.Core.Ports;
using static TaskMesh.Postgres.Manager.Statement;

namespace TaskMesh.Postgres.Manager;

/// <summary>The fleet's ledger in PostgreSQL: what launching needs here, what is found out later in its other part.</summary>
public sealed partial class FleetLedger(NpgsqlDataSource database, string pool) : IFleetLedger
{
    /// <summary>Makes the slots 1 to <paramref name="cap"/> exist; slots above it go as soon as they are free.</summary>
    public Task ConfigureAsync(int cap, CancellationToken cancellation)
    {
        const string sql = """
            with gone as (delete from task_manager.launch_slot where slot > $1 and state = 'free')
            insert into task_manager.launch_slot (slot) select * from generate_series(1, $1) on conflict do nothing
            """;
        return ExecuteAsync(sql, cancellation, In(cap));
    }

    /// <summary>Lets those know who plan.</summary>
    public Task TellAsync(MeshRules rules, CancellationToken cancellation) => ExecuteAsync(
        "update task_manager.launch_control set rules = $1 where rules is distinct from $1", cancellation, In(rules.ToJson()));

    public async Task<FleetDemand> DemandAsync(string configuration, int countUpTo, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await DemandAsync(connection, configuration, countUpTo, cancellation);
    }

    public async Task<IReadOnlyList<LaunchIntent>> TakeSlotsAsync(
        string configuration, int countUpTo, Func<FleetDemand, int> needed, Func<Guid> newId, CancellationToken cancellation)
    {
        const string sql = """
            with free as (
                select slot, row_number() over (order by slot) as place
                  from (select slot from task_manager.launch_slot where state = 'free' order by slot limit cardinality($1) for update skip locked) f
            ), taken as (
                update task_manager.launch_slot s
                   set state = 'launching', intent_id = i.id, instance_id = null, since = task_manager.clock()
                  from free
                  join unnest($1) with ordinality as i(id, place) using (place)
                 where s.slot = free.slot
             returning s.slot, s.intent_id
            )
            insert into task_manager.launch_intent (id, slot, configuration)
            select intent_id, slot, $2 from taken
         returning id, slot, epoch
         """;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.Command("select from task_manager.launch_control for update").ExecuteAsync(cancellation);
        var count = needed(await DemandAsync(connection, configuration, countUpTo, cancellation));
        if (count == 0)
            return [];
        var intents = await connection
            .Command(sql, In(Enumerable.Range(0, count).Select(_ => newId()).ToArray()), In(configuration))
            .QueryAsync(row => new LaunchIntent(row.GetGuid(0), row.GetInt32(1), row.GetInt32(2)), cancellation);
        await transaction.CommitAsync(cancellation);
        return intents;
    }

    public async Task<IReadOnlyList<CellRefusal>> RefusalsAsync(string configuration, CancellationToken cancellation)
    {
        const string sql = """
            select distinct on (a.instance_type, a.subnet, a.market, a.refusal)
                   a.instance_type, a.subnet, a.market, a.refusal, a.answer, task_manager.clock() - a.answered_at
              from task_manager.launch_attempt a
              join task_manager.launch_intent i on i.id = a.intent_id and i.configuration = $1
             where a.refusal is not null
               and a.answered_at > task_manager.clock() - $2
             order by a.instance_type, a.subnet, a.market, a.refusal, a.answered_at desc
            """;
        return await QueryAsync(
            sql,
            row => new CellRefusal(
                new LaunchCell(row.TextOrNull(0), row.TextOrNull(1), row.Enum<Market>(2)), row.Enum<RefusalClass>(3), row.GetString(4),
                row.GetTimeSpan(5)),
            cancellation,
            In(configuration),
            In(LaunchMemory.Longest));
    }

    public async Task<bool> BeginAttemptAsync(
        LaunchIntent intent, int ordinal, LaunchRequest request, decimal? price, CancellationToken cancellation)
    {
        // The intent's row is written too, so that whoever wants to take it over at this moment looks at it again.
        const string sql = """
            with mine as (
                update task_manager.launch_intent set touched_at = task_manager.clock()
                 where id = $1 and epoch = $2 and ended_at is null
             returning id
            )
            insert into task_manager.launch_attempt
                (intent_id, ordinal, token, template, template_version, instance_type, subnet, market, price)
            select id, $3, $4, $5, $6, $7, $8, $9, $10 from mine
                on conflict (intent_id, ordinal) do update set asked_at = excluded.asked_at
         returning ordinal
         """;
        var rows = await QueryAsync(
            sql,
            row => row.GetInt32(0),
            cancellation,
            In(intent.Id),
            In(intent.Epoch),
            In(ordinal),
            In(request.Token),
            In(request.Template),
            In(request.TemplateVersion),
            In(request.InstanceType),
            In(request.Subnet),
            In($"{request.Market}"),
            In(price));
        return rows.Count > 0;
    }

    public Task EndAttemptAsync(LaunchIntent intent, int ordinal, LaunchAnswer answer, CancellationToken cancellation)
    {
        const string sql = """
            with mine as (
                update task_manager.launch_intent set touched_at = task_manager.clock()
                 where id = $1 and epoch = $2 and ended_at is null
             returning id
            )
            update task_manager.launch_attempt a
               set answered_at = task_manager.clock(), answer = $4, refusal = $5, message = $6, request_id = $7, instance_id = $8
              from mine
             where a.intent_id = mine.id and a.ordinal = $3
            """;
        var (code, refusal, message, requestId, instance) = answer switch
        {
            LaunchAnswer.Launched launched => ("launched", null, null, null, launched.Instance.Id),
            LaunchAnswer.Refused { Code: CostGuard.Code } dear => (dear.Code, null, dear.Message, null, null),
            LaunchAnswer.Refused refused => (refused.Code, $"{refused.Class}", refused.Message, refused.RequestId, null),
            LaunchAnswer.Unknown unknown => ("unknown", (string?)null, (string?)unknown.Reason, (string?)null, (string?)null),
            _ => throw new System.Diagnostics.UnreachableException($"{answer.GetType()}"),
        };
        return ExecuteAsync(
            sql, cancellation, In(intent.Id), In(intent.Epoch), In(ordinal), In(code), In(refusal), In(message), In(requestId), In(instance));
    }

    public Task EndIntentAsync(LaunchIntent intent, FleetInstance? instance, string outcome, CancellationToken cancellation)
    {
        const string sql = """
            with ended as (
                update task_manager.launch_intent
                   set ended_at = task_manager.clock(), instance_id = $3, outcome = $4, version = $5, zone = $6
                 where id = $1 and epoch = $2 and ended_at is null
             returning id
            ), calm as (
                update task_manager.launch_control set throttled = 0 where $3 is not null and throttled > 0
            )
            update task_manager.launch_slot s
               set state = case when $3 is null then 'free' else 'booting' end,
                   instance_id = $3, intent_id = case when $3 is null then null else s.intent_id end, since = task_manager.clock()
              from ended
             where s.intent_id = ended.id
            """;
        return ExecuteAsync(
            sql, cancellation, In(intent.Id), In(intent.Epoch), In(instance?.Id), In(outcome), In(instance?.TemplateVersion), In(instance?.Zone));
    }

    public async Task<IReadOnlyList<string?>> TypesAsync(CancellationToken cancellation)
    {
        const string sql = """
            select a.instance_type
              from task_manager.launch_slot s
             cross join lateral (
                   select instance_type from task_manager.launch_attempt
                    where intent_id = s.intent_id and (answer is null or answer in ('launched', 'unknown'))
                    order by ordinal desc
                    limit 1) a
             where s.state <> 'free'
            """;
        return await QueryAsync(sql, row => row.TextOrNull(0), cancellation);
    }

    public async Task<TimeSpan> HoldAsync(
        RefusalClass refusal, string code, string message, string? configuration, Func<int, TimeSpan> wait, CancellationToken cancellation)
    {
        const string sql = """
            update task_manager.launch_control
               set held_until = task_manager.clock() + $1, refusal = $2, code = $3, message = $4, configuration = $5,
                   throttled = throttled + ($2 = 'SlowDown')::int, failed_boots = failed_boots + ($2 = 'BootFailed')::int
            """;
        const string count = "select case $1 when 'BootFailed' then failed_boots else throttled end from task_manager.launch_control for update";
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var earlier = await connection
            .Command(count, In($"{refusal}"))
            .QueryAsync(row => row.GetInt32(0), cancellation);
        var time = wait(earlier[0]);
        await connection.Command(sql, In(time), In($"{refusal}"), In(code), In(message), In(configuration)).ExecuteAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return time;
    }

    public Task TellCostAsync(string? refusal, CancellationToken cancellation) => ExecuteAsync(
        "update task_manager.launch_control set cost_refusal = $1 where cost_refusal is distinct from $1", cancellation, In(refusal));

    public async Task<bool> RemindAsync(TimeSpan after, CancellationToken cancellation)
    {
        const string sql = """
            update task_manager.launch_control set reminded_for = task_manager.clock() + $1
             where reminded_for is null or reminded_for <= task_manager.clock()
         returning true
         """;
        return (await QueryAsync(sql, row => row.GetBoolean(0), cancellation, In(after))).Count > 0;
    }

    private async Task<FleetDemand> DemandAsync(NpgsqlConnection connection, string configuration, int countUpTo, CancellationToken cancellation)
    {
        const string sql = """
            select p.in_flight
                   + (select count(*)
                        from (select from task_manager.task t
                               where t.pool = p.name
                                 and t.ready
                                 and not (select kill_switch from task_manager.control_state)
                                 and not ((select exists (select from task_manager.hold))
                                          and task_manager.hold_on(t.pool, t.organisation, t.collection_id) is not null)
                               limit $2) waiting)::int,
                   (select count(*) from task_manager.launch_slot where state in ('launching', 'booting', 'live'))::int,
                   (select count(*) from task_manager.launch_slot where state = 'free')::int,
                   (select count(*) from task_manager.launch_slot where state = 'draining')::int,
                   (select coalesce(c.held_until > task_manager.clock() and (c.configuration is null or c.configuration = $3), false)
                      from task_manager.launch_control c)
              from task_manager.pool p
             where p.name = $1
            """;
        var rows = await connection.Command(sql, In(pool), In(countUpTo), In(configuration)).QueryAsync(
            row => new FleetDemand(row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), row.GetInt32(3), row.GetBoolean(4)), cancellation);
        return rows.Count == 0 ? new FleetDemand(0, 0, 0) : rows[0];
    }

    private async Task ExecuteAsync(string sql, CancellationToken cancellation, params NpgsqlParameter[] parameters)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await connection.Command(sql, parameters).ExecuteAsync(cancellation);
    }

    private async Task<List<T>> QueryAsync<T>(
        string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellation, params NpgsqlParameter[] parameters)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.Command(sql, parameters).QueryAsync(read, cancellation);
    }
}
