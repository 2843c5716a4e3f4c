using Npgsql;

namespace TaskMesh.Postgres;

/// <summary>
/// Brings a database to the newest schema: numbered files, forward only, each in a transaction of its own, all under one advisory lock,
/// so that any number of processes may start at once.
/// </summary>
public static class Migrator
{
    /// <summary>Any constant will do; this one spells "task" in ASCII.</summary>
    private const long AdvisoryLock = 0x7461736B;

    private const string Prefix = "TaskMesh.Postgres.Migrations.";

    /// <returns>The names of the migrations applied now.</returns>
    public static async Task<IReadOnlyList<string>> MigrateAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await ExecuteAsync(connection, $"select pg_advisory_lock({AdvisoryLock})", cancellation);
        try
        {
            await ExecuteAsync(
                connection,
                "create table if not exists schema_version (name text primary key, applied_at timestamptz not null default clock_timestamp())",
                cancellation);
            var applied = await AppliedAsync(connection, cancellation);
            var known = Names().ToArray();
            if (applied.Except(known).FirstOrDefault() is { } newer)
                throw new InvalidOperationException($"The database has the migration '{newer}', which this version does not know: use a newer one.");
            var missing = known.Except(applied).ToArray();
            foreach (var name in missing)
                await ApplyAsync(connection, name, cancellation);
            return missing;
        }
        finally
        {
            await ExecuteAsync(connection, $"select pg_advisory_unlock({AdvisoryLock})", CancellationToken.None);
        }
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, string name, CancellationToken cancellation)
    {
        await using var stream = typeof(Migrator).Assembly.GetManifestResourceStream(Prefix + name)!;
        using var reader = new StreamReader(stream);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, "set local lock_timeout = '2s'", cancellation);
        await ExecuteAsync(connection, await reader.ReadToEndAsync(cancellation), cancellation);
        await using var insert = new NpgsqlCommand("insert into schema_version (name) values ($1)", connection);
        insert.Parameters.Add(new() { Value = name });
        await insert.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static async Task<HashSet<string>> AppliedAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select name from schema_version", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var names = new HashSet<string>();
        while (await reader.ReadAsync(cancellation))
            names.Add(reader.GetString(0));
        return names;
    }

    private static IEnumerable<string> Names() => typeof(Migrator).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .Select(name => name[Prefix.Length..])
        .Order(StringComparer.Ordinal);

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
