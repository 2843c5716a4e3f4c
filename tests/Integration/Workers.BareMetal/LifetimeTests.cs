using System.Text;
using System.Text.Json;
using Amazon.EC2.Model;
using TaskMesh.Integration.LocalCloud;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.Testing;
using TaskMesh.Workers.BareMetal.Scanning;

namespace TaskMesh.Integration.Workers.BareMetal;

/// <summary>The worker's own process as an instance of LocalCloud.</summary>
public sealed class LifetimeTests(ProductCluster cluster, StoreCluster store) : IClassFixture<ProductCluster>, IClassFixture<StoreCluster>
{
    private const int Started = 2001;
    private const int TooOld = 2008;
    private const int Left = 2003;

    [RawSocketFact]
    public async Task A_worker_whose_longest_life_is_over_drains_and_ends_its_instance()
    {
        await using var database = await cluster.CreateAsync();
        await database.ExecuteAsync("""
            insert into task_manager.pool (name, class, dispatch_window, in_flight) values ('bare-metal', 'BareMetal', 2, 1)
            """);
        // Its address is not known before it has started, but URLs of queues count by their last part alone.
        var environment = new Dictionary<string, string>
        {
            ["TASKMESH_DATABASE"] = database.ConnectionString("tm_worker"),
            ["TASKMESH_BARE_METAL_QUEUE_URL"] = "http://127.0.0.1/000000000000/bare-metal",
            ["TASKMESH_MANAGER_QUEUE_URL"] = "http://127.0.0.1/000000000000/manager",
            ["BARE_METAL_IDLE_TIMEOUT"] = "24h",
            ["TASKMESH_BARE_METAL_MAX_LIFETIME"] = "2s",
        };
        var worker = new ImageConfiguration { Command = ["dotnet", typeof(RawScanner).Assembly.Location], Environment = environment };
        await using var cloud = await CloudRig.StartAsync(store, (empty, _) => empty with
        {
            Queues = [new("bare-metal"), new("manager")],
            Images = new Dictionary<string, ImageConfiguration> { ["ami-1"] = worker },
        });

        var launched = await cloud.Ec2.RunInstancesAsync(new RunInstancesRequest("ami-1", 1, 1) { InstanceType = "t4g.micro" });
        var id = launched.Reservation.Instances[0].InstanceId;
        var ended = await Eventually.GetAsync(
            async () => (await cloud.Ec2.DescribeInstancesAsync(new() { InstanceIds = [id] })).Reservations[0].Instances[0],
            instance => instance.State.Name.Value == "terminated");

        var console = Encoding.UTF8.GetString(Convert.FromBase64String((await cloud.Ec2.GetConsoleOutputAsync(new(id))).Output ?? ""));
        Assert.Equal([Started, TooOld, Left], Events(console));
        Assert.Equal("Client.InstanceInitiatedShutdown", ended.StateReason.Code);
        Assert.Equal(["gone"], await database.RowsAsync("select state from task_manager.worker"));
    }

    /// <summary>The numbers of the worker's log lines, in their order.</summary>
    private static IEnumerable<int> Events(string console) => console.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("EventId").GetInt32());
}
