using Npgsql;

using static Npgsql.PostgresErrorCodes;

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

    private const int LockAttempts = 20;

    private const string LockAll = """
        do $$
        declare
            tables text = (
                select string_agg(format('%I.%I', schemaname, tablename), ', ' order by schemaname, tablename)
                  from pg_tables
                 where schemaname in ('task_manager', 'recon'));
        begin
            if tables is not null then
                execute 'lock table ' || tables || ' in access exclusive mode';
            end if;
        end $$
        """;

    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Of all migrations, in their order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(Migrator).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..])
            .Order(StringComparer.Ordinal),
    ];

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
            var known = Names;
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

    /// <summary>Lets hosts sign in by IAM, where this is RDS: a role in rds_iam has no other way.</summary>
    public static async Task AllowIamAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await ExecuteAsync(
            connection,
            """
            do $$
            begin
                if exists (select from pg_roles where rolname = 'rds_iam') then
                    grant rds_iam to tm_manager, tm_internal, tm_worker, tm_reader;
                end if;
            end $$
            """,
            cancellation);
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, string name, CancellationToken cancellation)
    {
        await using var stream = typeof(Migrator).Assembly.GetManifestResourceStream(Prefix + name)!;
        using var reader = new StreamReader(stream);
        await using var transaction = await LockAsync(connection, cancellation);
        await ExecuteAsync(connection, await reader.ReadToEndAsync(cancellation), cancellation);
        await using var insert = new NpgsqlCommand("insert into schema_version (name) values ($1)", connection);
        insert.Parameters.Add(new() { Value = name });
        await insert.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>
    /// Locks all tables at once and gives way at once where that takes long: a file that met them one by one could close a ring of waits with a
    /// transaction that uses two of them, and PostgreSQL would end whichever had waited for a second.
    /// </summary>
    private static async Task<NpgsqlTransaction> LockAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var transaction = await connection.BeginTransactionAsync(cancellation);
            try
            {
                // The last one is long enough to send an autovacuum away, which PostgreSQL does after a second.
                await ExecuteAsync(connection, $"set local lock_timeout = '{(attempt == LockAttempts ? 2000 : 400)}ms'", cancellation);
                await ExecuteAsync(connection, LockAll, cancellation);
                return transaction;
            }
            catch (PostgresException refused) when (refused.SqlState is LockNotAvailable or DeadlockDetected && attempt < LockAttempts)
            {
                await transaction.DisposeAsync();
                await Task.Delay(LockPause, TimeProvider.System, cancellation);
            }
        }
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

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
