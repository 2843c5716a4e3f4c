using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Npgsql;
using TaskMesh.LocalCloud;
using TaskMesh.LocalCloud.Postgres;
using TaskMesh.Postgres;

namespace TaskMesh.Cli.Local;

/// <summary>
/// The whole mesh on this machine: the product's PostgreSQL, LocalCloud with its queues, functions and instances, and in it the production hosts,
/// which know nothing but the environment variables that they have on AWS too.
/// </summary>
public sealed class LocalMesh : IAsyncDisposable
{
    private const UnixFileMode Closed =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    private readonly Stack<IAsyncDisposable> _parts = [];

    private LocalMesh(LocalMeshOptions options) => Options = options;

    public LocalMeshOptions Options { get; }

    public LocalState State { get; private set; } = null!;

    /// <summary>Returns when every part answers.</summary>
    public static async Task<LocalMesh> StartAsync(LocalMeshOptions options, Action<string> progress, CancellationToken cancellation)
    {
        var mesh = new LocalMesh(options);
        try
        {
            await mesh.StartAsync(progress, cancellation);
            return mesh;
        }
        catch
        {
            await mesh.DisposeAsync();
            throw;
        }
    }

    /// <summary>The product's database as one of its roles sees it.</summary>
    public string DatabaseAs(string role) => new NpgsqlConnectionStringBuilder
    {
        Host = SocketFolder,
        Username = role,
        Database = "taskmesh",
    }.ConnectionString;

    public string SocketFolder => Path.Combine(Options.Folder, "product-socket");

    /// <summary>The last lines that hosts wrote about failures, for whoever asks why nothing comes.</summary>
    public string LastErrors()
    {
        const int mostLines = 5;
        var lines = Directory.Exists(Options.LogFolder)
            ? Directory.EnumerateFiles(Options.LogFolder, "*.log").SelectMany(File.ReadLines)
                .Where(line => line.Contains("rror", StringComparison.Ordinal) || line.Contains("xception", StringComparison.Ordinal))
                .TakeLast(mostLines)
            : [];
        return string.Join(Environment.NewLine, lines);
    }

    public async ValueTask DisposeAsync()
    {
        while (_parts.TryPop(out var part))
            await part.DisposeAsync();
    }

    private async Task StartAsync(Action<string> progress, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Options.Folder);
        // Two clusters start at the same time: on AWS too the queues outlive the database, so LocalCloud's store is never the product's.
        progress("Starting PostgreSQL and LocalCloud");
        var cloud = StartCloudAsync(cancellation);
        var database = StartDatabaseAsync(cancellation);
        await Task.WhenAll(cloud, database);
        var endpoint = (await cloud).Endpoint;
        State = new LocalState(
            Environment.ProcessId,
            endpoint,
            DatabaseAs("tm_reader"),
            LocalCloudPlan.QueueUrl(endpoint.Port, "manager"),
            LocalCloudPlan.QueueUrl(endpoint.Port, "control"),
            TimeProvider.System.GetUtcNow());
    }

    private async Task StartDatabaseAsync(CancellationToken cancellation)
    {
        PrepareSocketFolder();
        var cluster = await PostgresCluster.StartAsync(
            new PostgresOptions(Path.Combine(Options.Folder, "product"))
            {
                SocketFolder = SocketFolder,
                SocketFolderMode = Closed,
                Durable = Options.Durable,
            },
            TimeProvider.System,
            cancellation);
        lock (_parts)
            _parts.Push(cluster);
        await CreateDatabaseAsync(cluster.ConnectionString, cancellation);
        await using var product = NpgsqlDataSource.Create(DatabaseAs("postgres"));
        await Migrator.MigrateAsync(product, cancellation);
    }

    /// <summary>Only the user of PostgreSQL and the group of the hosts with a database may enter: External's user gets EACCES.</summary>
    private void PrepareSocketFolder()
    {
        Directory.CreateDirectory(SocketFolder);
        if (!ServiceUsers.Available)
            return;
        using var chgrp = Process.Start("chgrp", [ServiceUsers.Mesh.ToString(CultureInfo.InvariantCulture), SocketFolder]);
        chgrp.WaitForExit();
    }

    private static async Task CreateDatabaseAsync(string connectionString, CancellationToken cancellation)
    {
        await using var server = NpgsqlDataSource.Create(connectionString);
        await using var exists = server.CreateCommand("select count(*) from pg_database where datname = 'taskmesh'");
        if (await exists.ExecuteScalarAsync(cancellation) is not 0L)
            return;
        await using var create = server.CreateCommand("create database taskmesh");
        await create.ExecuteNonQueryAsync(cancellation);
    }

    private async Task<LocalCloudHost> StartCloudAsync(CancellationToken cancellation)
    {
        var programs = ServiceUsers.Available ? HostPrograms.Find().ReadableIn(Path.Combine(Options.Folder, "programs")) : HostPrograms.Find();
        var port = Options.Port == 0 ? FreePort() : Options.Port;
        var logs = LoggerFactory.Create(logging => logging.AddProvider(new FileLoggerProvider(Path.Combine(Options.LogFolder, "localcloud.log"))));
        var host = await LocalCloudHost.StartAsync(
            LocalCloudPlan.For(Options, DatabaseAs, programs, port), TimeProvider.System, new Random(), logs, cancellation);
        lock (_parts)
            _parts.Push(host);
        return host;
    }

    /// <summary>Of this machine, at this moment.</summary>
    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
