using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using TaskMesh.Aws;
using TaskMesh.Core;
using TaskMesh.Core.Fleet;
using TaskMesh.Integration.LocalCloud;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.LocalCloud.Ec2;
using TaskMesh.Manager;
using TaskMesh.Postgres.Manager;
using TaskMesh.Testing;
using LaunchPlan = TaskMesh.Core.Fleet.LaunchPlan;

namespace TaskMesh.Integration.Manager;

/// <summary>The fleet as it is: PostgreSQL's ledger, the SDK, and LocalCloud's EC2, whose instances do nothing.</summary>
internal sealed class FleetRig : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source;

    private FleetRig(ProductDatabase database, CloudRig cloud, FleetSettings settings)
    {
        Database = database;
        Cloud = cloud;
        _source = NpgsqlDataSource.Create(database.ConnectionString("tm_manager"));
        Ledger = new FleetLedger(_source, PoolSettings.BareMetalPool);
        var fleet = new Ec2Fleet(cloud.Ec2, AwsTestClients.Ec2At(cloud.Endpoint, retries: 0));
        var log = new ManagerLog(NullLogger.Instance);
        var clock = TimeProvider.System;
        Launcher = new FleetLauncher(Ledger, fleet, settings, new IdSource(clock, new Random()), clock, new Random(1), log);
        Reconciler = new FleetReconciler(Ledger, fleet, Launcher, settings, clock, log);
    }

    public ProductDatabase Database { get; }

    public CloudRig Cloud { get; }

    public FleetLedger Ledger { get; }

    public FleetLauncher Launcher { get; }

    public FleetReconciler Reconciler { get; }

    /// <param name="work">Raw tasks in flight.</param>
    public static async Task<FleetRig> StartAsync(ProductCluster cluster, StoreCluster store, int cap, int work, Ec2Configuration? ec2 = null)
    {
        var database = await cluster.CreateAsync();
        await database.ExecuteAsync($"""
            insert into task_manager.pool (name, class, dispatch_window, in_flight) values ('bare-metal', 'BareMetal', 2, {work})
            """);
        var cloud = await CloudRig.StartAsync(store, (empty, _) => empty with
        {
            StopGraceSeconds = 0.5,
            Ec2 = ec2 ?? new Ec2Configuration(),
            Images = new Dictionary<string, ImageConfiguration> { ["ami-1"] = new() { Command = ["bash", "-c", "echo no network; exec sleep 600"] } },
            Subnets = new Dictionary<string, SubnetConfiguration> { ["subnet-a"] = new("eu-west-1a"), ["subnet-b"] = new("eu-west-1b") },
            LaunchTemplates = new Dictionary<string, LaunchTemplateConfiguration>
            {
                ["taskmesh-bare-metal-worker"] = new([new("ami-1", "t4g.micro")]),
            },
        });
        var settings = new FleetSettings(
            cap,
            4,
            "taskmesh-bare-metal-worker",
            "$Latest",
            "t4g.micro",
            LaunchPlan.Cells(["t4g.small", "c7g.medium"], ["subnet-a", "subnet-b"]),
            TimeSpan.FromMinutes(5),
            null,
            new CostGuard(null, new Dictionary<string, decimal> { [CostGuard.Template] = 3.6m }));
        var rig = new FleetRig(database, cloud, settings);
        await rig.Ledger.ConfigureAsync(cap, CancellationToken.None);
        return rig;
    }

    public Task EnsureAsync() => Launcher.EnsureWorkersAsync(CancellationToken.None);

    /// <summary>The minute's tick, after this time on the database's clock.</summary>
    public async Task TickAsync(TimeSpan after)
    {
        await Database.AdvanceAsync(after);
        await Reconciler.ReconcileAsync(CancellationToken.None);
        await EnsureAsync();
    }

    /// <summary>As the workers on these instances would say it.</summary>
    public Task HeartbeatAsync(params IEnumerable<string> instances) => Database.ExecuteAsync(string.Join(
        ';', instances.Select(instance => $"select task_manager.heartbeat('{instance}', 'bare-metal', '1', 1)")));

    public Task<IReadOnlyList<string>> SlotsAsync() => Database.RowsAsync(
        "select state from task_manager.launch_slot order by slot");

    /// <summary>Those that have not ended, in the order of their launch.</summary>
    public async Task<IReadOnlyList<string>> InstancesAsync() =>
    [
        .. (await new Ec2Fleet(Cloud.Ec2, Cloud.Ec2).ListAsync("app", "taskmesh", CancellationToken.None))
            .Where(instance => instance.State is "pending" or "running").Select(instance => instance.Id),
    ];

    public async Task<IReadOnlyList<LaunchCall>> CallsAsync() => JsonSerializer.Deserialize<LaunchCall[]>(
        await Cloud.Http.GetStringAsync(new Uri("/_local/ec2/launches", UriKind.Relative)), ConfigurationReader.Json)!;

    public async Task BefallAsync(string instance, string happening)
    {
        using var response = await Cloud.Http.PostAsync(new Uri($"/_local/instances/{instance}/{happening}", UriKind.Relative), null);
        response.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await Cloud.DisposeAsync();
        await Database.DisposeAsync();
    }
}
