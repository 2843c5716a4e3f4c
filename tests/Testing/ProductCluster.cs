using Npgsql;
using TaskMesh.LocalCloud.Postgres;
using TaskMesh.Postgres;

namespace TaskMesh.Testing;

/// <summary>One PostgreSQL cluster for a test run, with a migrated template that every test gets a copy of.</summary>
public sealed class ProductCluster : IAsyncLifetime
{
    private const string Template = "product";

    private readonly TemporaryFolder _folder = new();
    private PostgresCluster? _cluster;
    private int _databases;

    /// <summary>What the server writes to its log.</summary>
    public string LogFile => _folder.Of("postgres/postgres.log");

    public async Task InitializeAsync()
    {
        var options = new PostgresOptions(_folder.Of("postgres"))
        {
            Durable = false,
            Settings = new Dictionary<string, string> { ["max_connections"] = "200" },
        };
        _cluster = await PostgresCluster.StartAsync(options, TimeProvider.System, CancellationToken.None);
        await ExecuteAsync($"create database {Template}");
        await using var product = NpgsqlDataSource.Create(ConnectionString(Template, "postgres", pooling: false));
        await Migrator.MigrateAsync(product, CancellationToken.None);
    }

    public Task<ProductDatabase> CreateAsync() => CreateAsync(Template);

    /// <summary>Without any table.</summary>
    public Task<ProductDatabase> CreateEmptyAsync() => CreateAsync("template0");

    private async Task<ProductDatabase> CreateAsync(string template)
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await ExecuteAsync($"create database {name} template {template}");
        return new ProductDatabase(role => ConnectionString(name, role, pooling: true));
    }

    public async Task DisposeAsync()
    {
        await _cluster!.DisposeAsync();
        _folder.Dispose();
    }

    private string ConnectionString(string database, string role, bool pooling) =>
        new NpgsqlConnectionStringBuilder(_cluster!.ConnectionString) { Database = database, Username = role, Pooling = pooling }.ConnectionString;

    private async Task ExecuteAsync(string sql)
    {
        await using var server = NpgsqlDataSource.Create(ConnectionString("postgres", "postgres", pooling: false));
        await using var command = server.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
