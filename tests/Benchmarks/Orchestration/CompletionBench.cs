using System.Globalization;
using TaskMesh.Core.Messages;

namespace TaskMesh.Benchmarks.Orchestration;

/// <summary>What one completion costs, and what the Manager holds in memory, beside how many siblings the task has.</summary>
internal static class CompletionBench
{
    private const int Batch = 10;
    private const int Measured = 2_000;
    private static readonly int[] Sizes = [10, 10_000, 1_000_000];

    public static async Task RunAsync(int[] sizes, CancellationToken cancellation)
    {
        Console.WriteLine($"{Measured} completions in batches of {Batch}, one after the other; medians of the batches");
        Console.WriteLine($"  {"tasks in collection",-22}{"us each",10}{"p99",10}{"live heap KiB",16}{"resident MiB",14}");
        await using var cluster = await BenchCluster.StartAsync(cancellation);
        // The first one warms up.
        foreach (var (size, shown) in (sizes.Length > 0 ? sizes : Sizes).Select(size => (size, true)).Prepend((Sizes[0], false)))
        {
            var database = await cluster.CreateAsync(product: true, cancellation);
            await using var manager = new Single(cluster.ConnectionString(database, "tm_manager"), slots: 10);
            await manager.StartAsync();
            var collections = Math.Max(1, Measured / size);
            await cluster.ExecuteAsync(database, Filling.Sql(collections, size, "Running", "internal"), cancellation);
            var times = new List<double>();
            var tasks = await cluster.RowsAsync(
                database, $"select id from task_manager.task order by collection_id, ordinal limit {Measured}", cancellation);
            foreach (var batch in tasks.Select(Guid.Parse).Chunk(Batch))
            {
                var start = TimeProvider.System.GetTimestamp();
                await manager.HandleAsync(batch.Select(id => new CompleteTask(id, 1, id, new TaskOutcome.Succeeded())));
                times.Add(TimeProvider.System.GetElapsedTime(start).TotalMicroseconds / batch.Length);
            }
            times.Sort();
            var left = await cluster.RowsAsync(
                database, "select count(*) from task_manager.task where state <> 'Succeeded'", cancellation);
            if (int.Parse(left[0], CultureInfo.InvariantCulture) != collections * size - tasks.Count)
                throw new InvalidOperationException($"{left[0]} tasks are left");
            if (shown)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {size,-22}{times[times.Count / 2],10:0}{times[times.Count * 99 / 100],10:0}"
                    + $"{GC.GetTotalMemory(true) / 1024,16}{Environment.WorkingSet >> 20,14}"));
            }
        }
    }
}
