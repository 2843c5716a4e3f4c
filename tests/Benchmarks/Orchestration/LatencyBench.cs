using System.Collections.Concurrent;
using System.Globalization;

namespace TaskMesh.Benchmarks.Orchestration;

/// <summary>
/// From the submission of a task to its start at a worker, in an idle system and, with a high priority, behind a backlog with all slots busy with
/// tasks of 10 ms.
/// </summary>
internal static class LatencyBench
{
    private const int Samples = 300;
    private const int DefaultBacklog = 100_000;
    private static readonly MeshShape Idle = new(10, 1, 1, int.MaxValue, 1_000);
    private static readonly MeshShape Busy = new(10, 2, 2, int.MaxValue, 20);
    private static readonly MeshShape WithoutWindow = Busy with { Slots = 100_000 };

    public static async Task RunAsync(int[] size, CancellationToken cancellation)
    {
        var backlog = size.ElementAtOrDefault(0) is > 0 and var asked ? asked : DefaultBacklog;
        await using var cluster = await BenchCluster.StartAsync(cancellation);
        Console.WriteLine($"  {"from submission to start, ms",-46}{"p50",10}{"p99",10}");
        await RunAsync("idle", Idle, 0, Samples, cluster, cancellation);
        await RunAsync($"high priority behind {backlog} tasks", Busy, backlog, Samples, cluster, cancellation);
        await RunAsync($"behind {backlog} tasks without a window (FIFO)", WithoutWindow, backlog, 1, cluster, cancellation);
    }

    private static async Task RunAsync(
        string name, MeshShape shape, int backlog, int samples, BenchCluster cluster, CancellationToken cancellation)
    {
        var database = await cluster.CreateAsync(product: true, cancellation);
        await using var mesh = new Mesh(role => cluster.ConnectionString(database, role), shape);
        var started = new ConcurrentDictionary<int, TaskCompletionSource>();
        NoOp.Started = number =>
        {
            if (started.TryGetValue(number, out var source))
                source.TrySetResult();
        };
        await mesh.StartAsync();
        for (var i = 0; i < backlog; i++)
            mesh.Submit(new NoOpInput(-1, Milliseconds: 10));
        // All of the backlog is in the database before the first one is measured.
        while (backlog > 0 && (await cluster.RowsAsync(database, "select count(*) from task_manager.task", cancellation))[0] != $"{backlog}")
            await Task.Delay(200, cancellation);
        var times = new List<double>();
        for (var i = 0; i < samples + 20; i++)
        {
            var source = started[i] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var start = TimeProvider.System.GetTimestamp();
            mesh.Submit(new NoOpInput(i), priority: 100);
            await source.Task.WaitAsync(TimeSpan.FromMinutes(10), cancellation);
            // The first ones warm up.
            if (i >= 20 || samples == 1)
                times.Add(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
            if (samples == 1)
                break;
        }
        NoOp.Started = null;
        times.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"  {name,-46}{times[times.Count / 2],10:0.0}{times[times.Count * 99 / 100],10:0.0}"));
    }
}
