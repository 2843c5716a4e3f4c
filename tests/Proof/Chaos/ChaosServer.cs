using Npgsql;
using TaskMesh.LocalCloud.Postgres;
using TaskMesh.Postgres;
using TaskMesh.Proof.Checking;
using TaskMesh.Testing;

namespace TaskMesh.Proof.Chaos;

/// <summary>The product's PostgreSQL: killed with all of its processes, and started again on what is on the disk.</summary>
internal sealed class ChaosServer : IAsyncDisposable
{
    private const string Database = "taskmesh";

    private readonly PostgresOptions _options;
    private PostgresCluster _cluster;

    private ChaosServer(PostgresOptions options, PostgresCluster cluster) => (_options, _cluster) = (options, cluster);

    public string SocketFolder => _options.SocketFolder;

    /// <summary>From when to when it was away.</summary>
    public List<(DateTimeOffset Down, DateTimeOffset Up)> Absences { get; } = [];

    public static async Task<ChaosServer> StartAsync(string folder)
    {
        var options = new PostgresOptions(folder) { Settings = new Dictionary<string, string> { ["max_connections"] = "200" } };
        var server = new ChaosServer(options, await PostgresCluster.StartAsync(options, TimeProvider.System, CancellationToken.None));
        await using (var maintenance = NpgsqlDataSource.Create(server._cluster.ConnectionString))
            await Journal.ExecuteAsync(maintenance, $"create database {Database}");
        await using var superuser = server.AsSuperuser();
        await Migrator.MigrateAsync(superuser, CancellationToken.None);
        await Journal.InstallAsync(superuser);
        return server;
    }

    /// <summary>Not through the proxy. Not pooled: the server may have been another one since the last question.</summary>
    public NpgsqlDataSource AsSuperuser() => NpgsqlDataSource.Create(As("postgres", SocketFolder) + ";Pooling=false");

    public static string As(string role, string folder) =>
        new NpgsqlConnectionStringBuilder { Host = folder, Username = role, Database = Database }.ConnectionString;

    public async Task KillAsync(TimeSpan away)
    {
        var down = TimeProvider.System.GetUtcNow();
        // One that it forks meanwhile would outlive it, and wait forever for what another had locked.
        Processes.Signal("STOP", [_cluster.ProcessId]);
        Processes.Signal("KILL", [_cluster.ProcessId, .. Processes.Below(_cluster.ProcessId)]);
        await _cluster.Exited;
        await Task.Delay(away);
        _cluster = await PostgresCluster.StartAsync(_options, TimeProvider.System, CancellationToken.None);
        Absences.Add((down, TimeProvider.System.GetUtcNow()));
    }

    public async Task<bool> HasClaimsAsync()
    {
        await using var superuser = AsSuperuser();
        await using var command = superuser.CreateCommand("select exists (select from task_manager.task_event where state = 'Running')");
        return await command.ExecuteScalarAsync() is true;
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}
