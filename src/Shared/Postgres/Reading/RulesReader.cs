using Dapper;
using Npgsql;
using TaskMesh.Core.Planning;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Postgres.Reading;

/// <summary>The mesh as foretelling needs it. The Manager's own ledger and store are asked, of which only what reads is used.</summary>
public sealed class RulesReader(NpgsqlDataSource database)
{
    /// <summary>How the last Manager that started routes and launches; null if none has.</summary>
    public async Task<MeshRules?> RulesAsync(CancellationToken cancellation) =>
        (await StateAsync("", cancellation)).Rules is { } rules ? MeshRules.Parse(rules) : null;

    public async Task<MeshFacts> FactsAsync(MeshRules rules, string organisation, CancellationToken cancellation)
    {
        var ledger = new FleetLedger(database, rules.LaunchPool);
        var state = await StateAsync(organisation, cancellation);
        return new MeshFacts(
            rules,
            await ledger.DemandAsync(rules.Configuration, rules.CountUpTo, cancellation),
            await ledger.RefusalsAsync(rules.Configuration, cancellation),
            await ledger.TypesAsync(cancellation),
            state.Minimum,
            state.Parallelism,
            state.NetworkRate,
            state.OrganisationRate,
            await PoolRatesAsync(cancellation));
    }

    /// <summary>Why the Manager would refuse a collection that scans again too soon; null if it would not.</summary>
    public async Task<string?> RescanProblemAsync(CollectionPlan plan, OrganisationLimits limits, CancellationToken cancellation)
    {
        if (limits.RescanInterval is not { } interval)
            return null;
        var scans = ScanDigest.Of(plan).ToArray();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var recent = await new RescanStore(connection).RecentAsync(
            [.. scans.Select(scan => (scan.Task.Id, plan.Organisation, scan.Digest, interval))], cancellation);
        var again = scans.Select(scan => scan.Task).FirstOrDefault(task => recent.ContainsKey(task.Id));
        return again is null ? null : limits.RescanProblem(plan.Organisation, again, recent[again.Id]);
    }

    private async Task<IReadOnlyDictionary<string, int>> PoolRatesAsync(CancellationToken cancellation)
    {
        const string sql = "select name, packet_rate as rate from task_manager.pool where packet_rate is not null";
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<PoolRate>(new CommandDefinition(sql, cancellationToken: cancellation))).ToDictionary(
            pool => pool.Name, pool => pool.Rate);
    }

    private sealed record PoolRate(string Name, int Rate);

    private async Task<State> StateAsync(string organisation, CancellationToken cancellation)
    {
        const string sql = """
            select l.rules, l.minimum, c.network_rate as networkRate,
                   (select packet_rate from task_manager.organisation where name = @organisation) as organisationRate,
                   (select parallelism from task_manager.worker order by last_seen desc limit 1) as parallelism
              from task_manager.launch_control l cross join task_manager.control_state c
            """;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QuerySingleAsync<State>(new CommandDefinition(sql, new { organisation }, cancellationToken: cancellation));
    }

    private sealed record State(string? Rules, int Minimum, int NetworkRate, int? OrganisationRate, int? Parallelism);
}
