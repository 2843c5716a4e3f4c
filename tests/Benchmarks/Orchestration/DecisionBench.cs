using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using TaskMesh.Core;
using TaskMesh.Core.Fleet;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Manager;
using TaskMesh.Postgres;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Benchmarks.Orchestration;

/// <summary>
/// What a Manager's decisions take: a batch of ten new tasks from the handler's call to its answer, routed, committed and sent; and from the wish for
/// a worker to the request of a launch, beside how many tasks wait.
/// </summary>
internal static class DecisionBench
{
    private const int Batch = 10;
    private const int Batches = 300;
    private const int WarmUp = 50;
    private const int Launches = 100;
    private const int FirstLaunches = 20;
    private static readonly int[] Backlogs = [10, 1_000_000];

    public static async Task RunAsync(int[] sizes, CancellationToken cancellation)
    {
        await using var cluster = await BenchCluster.StartAsync(cancellation);
        Console.WriteLine($"  {"milliseconds",-46}{"p50",10}{"p99",10}");
        await RouteAsync(cluster, cancellation);
        foreach (var backlog in sizes.Length > 0 ? sizes : Backlogs)
            await LaunchAsync(cluster, backlog, cancellation);
    }

    private static async Task RouteAsync(BenchCluster cluster, CancellationToken cancellation)
    {
        var database = await cluster.CreateAsync(product: true, cancellation);
        await using var manager = new Single(cluster.ConnectionString(database, "tm_manager"), slots: 100_000);
        await manager.StartAsync();
        var times = new List<double>();
        for (var i = 0; i < WarmUp + Batches; i++)
        {
            CreateTask[] tasks = [.. Enumerable.Range(0, Batch).Select(
                task => new CreateTask(NoOp.Kind, new NoOpInput(task).AsJson()) { Id = Guid.CreateVersion7() })];
            var start = TimeProvider.System.GetTimestamp();
            await manager.HandleAsync(tasks);
            if (i >= WarmUp)
                times.Add(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
        }
        if (manager.Sent.Count != (WarmUp + Batches) * Batch)
            throw new InvalidOperationException($"{manager.Sent.Count} tasks were sent");
        Print($"a batch of {Batch} new tasks routed", "route-batch10", times);
    }

    private static async Task LaunchAsync(BenchCluster cluster, int backlog, CancellationToken cancellation)
    {
        var database = await cluster.CreateAsync(product: true, cancellation);
        await using (var manager = new Single(cluster.ConnectionString(database, "tm_manager"), slots: 1))
            await manager.StartAsync();
        await cluster.ExecuteAsync(database, Filling.Sql(1, backlog, "Pending", "bare-metal"), cancellation);
        await using var source = Database.Open(cluster.ConnectionString(database, "tm_manager"), "bench", 2);
        var asked = new Asked();
        var settings = FleetSettings.Read(new(new Dictionary<string, string> { ["BARE_METAL_WORKER_SUBNETS"] = "subnet-a,subnet-b" }));
        var (clock, random) = (TimeProvider.System, new Random(1));
        var launcher = new FleetLauncher(
            new FleetLedger(source, PoolSettings.BareMetalPool), asked, settings, new IdSource(clock, random), clock, random,
            new ManagerLog(NullLogger.Instance));
        var times = new List<double>();
        for (var i = 0; i < FirstLaunches + Launches; i++)
        {
            var start = clock.GetTimestamp();
            await launcher.EnsureWorkersAsync(cancellation);
            if (i >= FirstLaunches)
                times.Add(clock.GetElapsedTime(start, asked.First).TotalMilliseconds);
            await cluster.ExecuteAsync(
                database, "update task_manager.launch_slot set state = 'free', intent_id = null, instance_id = null", cancellation);
            asked.First = 0;
        }
        Print($"a launch asked for, {backlog} tasks wait", $"launch-{backlog}", times);
    }

    private static void Print(string name, string bench, List<double> times)
    {
        times.Sort();
        var (p50, p99) = (times[times.Count / 2], times[times.Count * 99 / 100]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-46}{p50,10:0.0}{p99,10:0.0}"));
        Console.WriteLine(JsonSerializer.Serialize(new { bench, unit = "ms", taskmesh = Math.Round(p50, 2), p99 = Math.Round(p99, 2) }));
    }

    /// <summary>EC2 in whose answer nobody is interested.</summary>
    private sealed class Asked : IComputeFleet
    {
        public long First { get; set; }

        public Task<LaunchAnswer> LaunchAsync(LaunchRequest request, CancellationToken cancellation)
        {
            if (First == 0)
                First = TimeProvider.System.GetTimestamp();
            var instance = new FleetInstance("i-1", "pending", "t4g.micro", null, TimeProvider.System.GetUtcNow(), new Dictionary<string, string>());
            return Task.FromResult<LaunchAnswer>(new LaunchAnswer.Launched(instance));
        }

        public Task<IReadOnlyList<FleetInstance>> ListAsync(string tag, string value, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<FleetInstance>>([]);

        public Task TerminateAsync(IReadOnlyList<string> instanceIds, CancellationToken cancellation) => Task.CompletedTask;

        public Task<string?> ConsoleAsync(string instanceId, CancellationToken cancellation) => Task.FromResult<string?>(null);
    }
}
