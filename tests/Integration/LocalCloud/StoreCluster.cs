using Npgsql;
using TaskMesh.LocalCloud.Postgres;
using TaskMesh.Testing;

namespace TaskMesh.Integration.LocalCloud;

/// <summary>A PostgreSQL cluster for the LocalClouds of one test class, each with a database of its own.</summary>
public sealed class StoreCluster : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private PostgresCluster? _cluster;
    private int _databases;

    public async Task InitializeAsync() => _cluster =
        await PostgresCluster.StartAsync(new PostgresOptions(_folder.Of("pg")) { Durable = false }, TimeProvider.System, CancellationToken.None);

    /// <summary>The connection string of a new database.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"cloud_{Interlocked.Increment(ref _databases)}";
        await using var source = NpgsqlDataSource.Create(_cluster!.ConnectionString + ";Pooling=false");
        await using var command = source.CreateCommand($"create database {name}");
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(_cluster.ConnectionString) { Database = name }.ConnectionString;
    }

    public async Task DisposeAsync()
    {
        await _cluster!.DisposeAsync();
        _folder.Dispose();
    }
}
