using Npgsql;
using TaskMesh.LocalCloud.Postgres;
using TaskMesh.Postgres;
using TaskMesh.Testing;

namespace TaskMesh.Benchmarks;

/// <summary>
/// The one PostgreSQL that everybody is measured on: durable as it comes (fsync, full pages, synchronous commit), no statement logged. It differs
/// from Debian's defaults only in what keeps a checkpoint from falling into one round and not into the next.
/// </summary>
internal sealed class BenchCluster : IAsyncDisposable
{
    private const string Template = "product";

    private static readonly Dictionary<string, string> Settings = new()
    {
        ["max_connections"] = "100",
        ["shared_buffers"] = "512MB",
        ["max_wal_size"] = "4GB",
        ["checkpoint_timeout"] = "30min",
        ["shared_preload_libraries"] = "pg_stat_statements",
        ["pg_stat_statements.track"] = "all",
        ["pg_stat_statements.track_planning"] = "on",
    };

    private readonly TemporaryFolder _folder = new();
    private PostgresCluster? _cluster;
    private int _databases;

    public static async Task<BenchCluster> StartAsync(CancellationToken cancellation)
    {
        var bench = new BenchCluster();
        bench._cluster = await PostgresCluster.StartAsync(
            new PostgresOptions(bench._folder.Of("pg")) { Settings = Settings }, TimeProvider.System, cancellation);
        await bench.ExecuteAsync("postgres", $"create database {Template}", cancellation);
        await using var product = NpgsqlDataSource.Create(bench.ConnectionString(Template, "postgres") + ";Pooling=false");
        await Migrator.MigrateAsync(product, cancellation);
        return bench;
    }

    /// <summary>What the server has used so far.</summary>
    public double CpuSeconds => CpuMeter.SecondsOf(_cluster!.ProcessId);

    /// <summary>A new database, with the product's tables or empty; the one before goes, so that no round pays for another's vacuum.</summary>
    public async Task<string> CreateAsync(bool product, CancellationToken cancellation)
    {
        NpgsqlConnection.ClearAllPools();
        await ExecuteAsync("postgres", $"drop database if exists bench_{_databases} with (force)", cancellation);
        await ExecuteAsync("postgres", $"create database bench_{++_databases} template {(product ? Template : "template1")}", cancellation);
        await ExecuteAsync("postgres", "checkpoint", cancellation);
        return $"bench_{_databases}";
    }

    public string ConnectionString(string database, string role) =>
        new NpgsqlConnectionStringBuilder(_cluster!.ConnectionString) { Database = database, Username = role }.ConnectionString;

    public async Task ExecuteAsync(string database, string sql, CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString(database, "postgres") + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public async Task<IReadOnlyList<string>> RowsAsync(string database, string sql, CancellationToken cancellation)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString(database, "postgres") + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<string>();
        while (await reader.ReadAsync(cancellation))
            rows.Add(string.Join(" | ", Enumerable.Range(0, reader.FieldCount).Select(column => $"{reader.GetValue(column)}")));
        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
        _folder.Dispose();
    }
}
