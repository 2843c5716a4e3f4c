using System.Diagnostics;
using Npgsql;
using TaskMesh.Postgres;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Postgres;

[Collection(ProductTests.Name)]
public class MigrationTests(ProductCluster cluster)
{
    private const string Prefix = "TaskMesh.Postgres.Migrations.";

    /// <summary>The schema before workflows, control, schedules and recon came.</summary>
    private const string LastOfBefore = "0005";

    /// <summary>Far more than any migration takes of 100,000 rows on a busy machine, and less than a message's visibility.</summary>
    private static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(10);

    private static string[] Names { get; } = [.. typeof(Migrator).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => name[Prefix.Length..]).Order(StringComparer.Ordinal)];

    [Fact]
    public async Task Any_number_of_processes_may_migrate_at_once()
    {
        await using var database = await cluster.CreateEmptyAsync();
        var owner = database.As("postgres");

        var applied = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => Migrator.MigrateAsync(owner, default))));

        Assert.Equal(Names, applied.SelectMany(names => names));
        Assert.Equal(Names, await database.RowsAsync("select name from schema_version order by name"));
        Assert.Empty(await Migrator.MigrateAsync(owner, default));
    }

    [Fact]
    public async Task A_schema_that_is_newer_than_the_program_is_left_alone()
    {
        await using var database = await cluster.CreateAsync();
        await database.ExecuteAsync("insert into schema_version (name) values ('9999_later.sql')");

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => Migrator.MigrateAsync(database.As("postgres"), default));

        Assert.Contains("9999_later.sql", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_of_before_stay_and_work_goes_on_meanwhile()
    {
        await using var database = await cluster.CreateEmptyAsync();
        await BeforeAsync(database);
        using var end = new CancellationTokenSource();
        var writing = WriteAsync(database, end.Token);

        await Migrator.MigrateAsync(database.As("postgres"), default);
        await end.CancelAsync();
        var (writes, gap) = await writing;

        Assert.True(writes > 0 && gap < LongestGap, $"{writes} writes, the longest took {gap.TotalMilliseconds:0} ms");
        Assert.Equal([$"{100_000 + writes} {20_000 + writes}"], await database.RowsAsync(
            "select (select count(*) from task_manager.task), (select count(*) from recon.endpoint where gone_at is null)"));
        Assert.Equal(["20000"], await database.RowsAsync("select count(*) from task_manager.task_data where data is not null"));
    }

    private static async Task BeforeAsync(ProductDatabase database)
    {
        await database.ExecuteAsync(
            "create table schema_version (name text primary key, applied_at timestamptz not null default clock_timestamp())");
        foreach (var name in Names.TakeWhile(name => string.CompareOrdinal(name, LastOfBefore + "~") < 0))
        {
            using var reader = new StreamReader(typeof(Migrator).Assembly.GetManifestResourceStream(Prefix + name)!);
            await database.ExecuteAsync(await reader.ReadToEndAsync());
            await database.ExecuteAsync($"insert into schema_version (name) values ('{name}')");
        }
        await database.ExecuteAsync("""
            insert into task_manager.collection (id, organisation, priority, deadline, labels, scope, trace_id, digest)
            values ('00000000-0000-7000-8000-000000000001', 'default', 0, now() + interval '1 day', '{}', '[]', '', '');
            insert into task_manager.container (id, collection_id, ordinal, mode, policy, children, released, state)
            select id, id, 0, 'Parallel', '{"type":"All"}', 100000, 100000, 'Running' from task_manager.collection;
            insert into task_manager.task (id, collection_id, container_id, ordinal, state, priority, deadline, organisation, kind, input)
            select gen_random_uuid(), id, id, place, 'Pending', 0, now() + interval '1 day', 'default', 'inside', '{}'
              from task_manager.container, generate_series(1, 100000) place;
            insert into task_manager.task_data (task_id, attempt, part, data) select id, 0, 0, '{}' from task_manager.task limit 20000;
            insert into recon.endpoint (organisation, address, port, transport, first_seen, last_seen, source_task)
            select 'default', '10.0.0.0'::inet + place, 443, 'tcp', now(), now(), gen_random_uuid() from generate_series(1, 20000) place;
            """);
    }

    /// <summary>What the version before does: new tasks, moves, endpoints.</summary>
    /// <returns>How often, and how long the longest of it took.</returns>
    private static async Task<(int Writes, TimeSpan Gap)> WriteAsync(ProductDatabase database, CancellationToken end)
    {
        await using var connection = await database.As("postgres").OpenConnectionAsync(CancellationToken.None);
        var (writes, longest) = (0, TimeSpan.Zero);
        while (!end.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            await using var command = new NpgsqlCommand(
                """
                with made as (
                    insert into task_manager.task (id, collection_id, container_id, ordinal, state, priority, deadline, organisation, kind, input)
                    select gen_random_uuid(), id, id, 200000 + $1, 'Pending', 0, now() + interval '1 day', 'default', 'inside', '{}'
                      from task_manager.container limit 1
                )
                insert into recon.endpoint (organisation, address, port, transport, first_seen, last_seen, source_task)
                values ('default', '10.9.0.0'::inet + $1, 80, 'tcp', now(), now(), gen_random_uuid())
                """,
                connection);
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = ++writes });
            await command.ExecuteNonQueryAsync(CancellationToken.None);
            var took = Stopwatch.GetElapsedTime(started);
            longest = took > longest ? took : longest;
        }
        return (writes, longest);
    }
}
