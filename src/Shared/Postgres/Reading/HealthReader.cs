using Dapper;
using Npgsql;

namespace TaskMesh.Postgres.Reading;

/// <summary>What of the database tells whether a mesh is well.</summary>
public sealed class HealthReader(NpgsqlDataSource database, TimeProvider clock)
{
    /// <returns>Of a database of another version only its migrations: the rest may not be there.</returns>
    public async Task<HealthView> ReadAsync(CancellationToken cancellation)
    {
        const string sql = """
            select clock_timestamp() as now, current_setting('server_version') as version, kill_switch as killSwitch,
                   case when isfinite(last_sweep) then task_manager.clock() - last_sweep end as sweptAgo
              from task_manager.control_state
            """;
        const string scopes = "select name as organisation, scope from task_manager.organisation order by name";
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var migrations = (await connection.QueryAsync<string>(
            new CommandDefinition("select name from schema_version order by name", cancellationToken: cancellation))).AsList();
        if (!Migrator.Names.SequenceEqual(migrations))
            return new HealthView(migrations, "", TimeSpan.Zero, null, false, []);
        var before = clock.GetUtcNow();
        var state = await connection.QuerySingleAsync<State>(new CommandDefinition(sql, cancellationToken: cancellation));
        var middle = before + ((clock.GetUtcNow() - before) / 2);
        var organisations = await connection.QueryAsync<ScopeRow>(new CommandDefinition(scopes, cancellationToken: cancellation));
        return new HealthView(
            migrations,
            state.Version,
            new DateTimeOffset(state.Now, TimeSpan.Zero) - middle,
            state.SweptAgo,
            state.KillSwitch,
            [.. organisations.Select(row => (row.Organisation, row.Scope is null ? null : Json.ReadSingleScope(row.Scope)))]);
    }

    private sealed record State(DateTime Now, string Version, bool KillSwitch, TimeSpan? SweptAgo);

    private sealed record ScopeRow(string Organisation, string? Scope);
}
