using Dapper;
using Npgsql;
using TaskMesh.Core.Fleet;

namespace TaskMesh.Postgres.Reading;

/// <summary>The fleet as people look at it, from the ledger alone: no question to the cloud.</summary>
public sealed class FleetReader(NpgsqlDataSource database)
{
    /// <summary>What cells were told longer ago than this is of no interest.</summary>
    private static readonly TimeSpan Recent = LaunchMemory.Longest;

    private const int MostBoots = 10;

    public async Task<FleetView> ReadAsync(CancellationToken cancellation)
    {
        const string slots = """
            select s.slot, s.state, s.since, s.instance_id as instance, a.instance_type as type, a.subnet, a.market, i.zone, i.version,
                   a.price as priceAnHour, w.last_seen as lastHeard,
                   round(a.price * (extract(epoch from task_manager.clock() - a.answered_at) / 3600)::numeric, 6) as cost
              from task_manager.launch_slot s
              left join task_manager.launch_intent i on i.id = s.intent_id
              left join task_manager.launch_attempt a on a.intent_id = i.id and a.instance_id = s.instance_id
              left join task_manager.worker w on w.id = s.instance_id
             order by s.slot
            """;
        const string control = """
            select held_until as until, refusal, code, message
              from task_manager.launch_control where held_until > task_manager.clock()
            """;
        const string cost = """
            select coalesce(round(sum(a.price * (extract(epoch from
                       least(coalesce(i.gone_at, task_manager.clock()), task_manager.clock())
                       - greatest(a.answered_at, task_manager.clock() - @recent)) / 3600)::numeric), 6), 0)
              from task_manager.launch_intent i
              join task_manager.launch_attempt a on a.intent_id = i.id and a.instance_id = i.instance_id
             where i.instance_id is not null
               and (i.gone_at is null or i.gone_at > task_manager.clock() - @recent)
            """;
        const string boots = """
            select instance_id as instance, coalesce(gone_at, ended_at) as at, outcome, console
              from task_manager.launch_intent
             where outcome in ('boot failed', 'never reported') and created_at > task_manager.clock() - @recent
             order by created_at desc
             limit @mostBoots
            """;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var parameters = new { recent = Recent, mostBoots = MostBoots };
        return new FleetView(
            (await connection.QueryAsync<FleetSlot>(new CommandDefinition(slots, cancellationToken: cancellation))).AsList(),
            await CellsAsync(connection, cancellation),
            await connection.QuerySingleOrDefaultAsync<FleetHold>(new CommandDefinition(control, cancellationToken: cancellation)),
            await connection.ExecuteScalarAsync<decimal>(new CommandDefinition(cost, parameters, cancellationToken: cancellation)),
            await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
                "select cost_refusal from task_manager.launch_control", cancellationToken: cancellation)),
            (await connection.QueryAsync<FailedBoot>(new CommandDefinition(boots, parameters, cancellationToken: cancellation))).AsList());
    }

    /// <summary>
    /// What a collection's attempts cost: the time of each on an instance, at the price that the ledger has for it, shared by as many as the worker
    /// runs at once. Boots and idle times are nobody's.
    /// </summary>
    public async Task<CollectionCost> CostAsync(Guid collection, CancellationToken cancellation)
    {
        const string sql = """
            with run as (
                select e.worker, e.at as begun, e.state,
                       lead(e.at, 1, task_manager.clock()) over (partition by e.task_id order by e.at, e.attempt) as ended
                  from task_manager.task t
                  join task_manager.task_event e on e.task_id = t.id
                 where t.collection_id = @collection
            )
            select count(*) as runs,
                   coalesce(round(sum(extract(epoch from run.ended - run.begun))::numeric, 3), 0) as seconds,
                   coalesce(round(sum(a.price * extract(epoch from run.ended - run.begun)::numeric / 3600 / w.parallelism), 6), 0) as cost,
                   count(*) filter (where a.price is null) as unpriced
              from run
              join task_manager.launch_intent i on i.instance_id = run.worker
              join task_manager.launch_attempt a on a.intent_id = i.id and a.instance_id = i.instance_id
              join task_manager.worker w on w.id = run.worker
             where run.state = 'Running'
            """;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleAsync<CollectionCost>(new CommandDefinition(sql, new { collection }, cancellationToken: cancellation));
    }

    /// <summary>Each cell's last answer, to launches by the settings that hold: what others were told is of no more use.</summary>
    private static async Task<IReadOnlyList<FleetCell>> CellsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        const string sql = """
            select distinct on (a.instance_type, a.subnet, a.market)
                   a.instance_type as type, a.subnet, a.market, a.answer, a.message, a.answered_at as at, a.refusal, a.ordinal,
                   task_manager.clock() as now
              from task_manager.launch_attempt a
              join task_manager.launch_intent i on i.id = a.intent_id
              join task_manager.launch_control c on i.configuration = coalesce(c.rules::json ->> 'configuration', i.configuration)
             where a.answer is not null and a.answered_at > task_manager.clock() - @recent
             order by a.instance_type, a.subnet, a.market, a.answered_at desc
            """;
        var rows = await connection.QueryAsync<CellRow>(new CommandDefinition(sql, new { recent = Recent }, cancellationToken: cancellation));
        return [.. rows.OrderBy(row => row.Ordinal).Select(row => new FleetCell(
            row.Type, row.Subnet, row.Market, row.Answer, row.Message, row.At, RestsUntil(row)))];
    }

    private static DateTime? RestsUntil(CellRow row) =>
        row.Refusal is { } refusal && row.At + LaunchMemory.StandsFor(Enum.Parse<RefusalClass>(refusal)) is var until && until > row.Now
            ? until : null;

    private sealed record CellRow(
        string? Type, string? Subnet, string Market, string Answer, string? Message, DateTime At, string? Refusal, int Ordinal, DateTime Now);
}
