using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Postgres;
using TaskMesh.Postgres.Workers;

namespace TaskMesh.Benchmarks.Orchestration;

/// <summary>Claims alone and completions alone per second, by two callers at once with batches of 500.</summary>
internal static class RatesBench
{
    private const int Tasks = 100_000;
    private const int Batch = 500;
    private const int Callers = 2;
    private const int Rounds = 3;

    public static async Task RunAsync(int[] sizes, CancellationToken cancellation)
    {
        var tasks = sizes.ElementAtOrDefault(0) is > 0 and var asked ? asked : Tasks;
        await using var cluster = await BenchCluster.StartAsync(cancellation);
        var (claims, completions) = (new List<double>(), new List<double>());
        // The first round warms up.
        for (var round = 0; round <= Rounds; round++)
        {
            var database = await cluster.CreateAsync(product: true, cancellation);
            await using var managers = new Single(cluster.ConnectionString(database, "tm_manager"), slots: 100_000, Callers);
            await managers.StartAsync();
            await cluster.ExecuteAsync(database, Filling.Sql(1, tasks, "Dispatched", "internal"), cancellation);
            Guid[][] batches = [.. (await cluster.RowsAsync(database, "select id from task_manager.task", cancellation))
                .Select(Guid.Parse).Chunk(Batch)];
            await using var workers = Database.Open(cluster.ConnectionString(database, "tm_internal"), "bench-worker", Callers);
            var leases = Enumerable.Range(0, Callers).Select(caller => new TaskLeases(workers, $"worker-{caller}")).ToArray();
            var claimed = await RateAsync(batches, (batch, caller) => leases[caller].ClaimAsync([.. batch.Select(RunOf)], cancellation));
            var completed = await RateAsync(
                batches,
                (batch, caller) => managers.HandleAsync(batch.Select(id => new CompleteTask(id, 1, id, new TaskOutcome.Succeeded())), caller));
            var left = await cluster.RowsAsync(database, "select count(*) from task_manager.task where state <> 'Succeeded'", cancellation);
            if (left[0] != "0")
                throw new InvalidOperationException($"{left[0]} tasks are left");
            if (round == 0)
                continue;
            claims.Add(claimed);
            completions.Add(completed);
        }
        Print("claims", claims);
        Print("completions", completions);
    }

    private static async Task<double> RateAsync(Guid[][] batches, Func<Guid[], int, Task> call)
    {
        var waiting = new ConcurrentQueue<Guid[]>(batches);
        var start = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            while (waiting.TryDequeue(out var batch))
                await call(batch, caller);
        })));
        return batches.Sum(batch => batch.Length) / TimeProvider.System.GetElapsedTime(start).TotalSeconds;
    }

    private static RunTask RunOf(Guid id) => new(
        id, 1, id, NoOp.Kind, JsonElement.Parse("{}"), id, "default", TimeProvider.System.GetUtcNow().AddDays(1), []);

    private static void Print(string bench, List<double> rates)
    {
        rates.Sort();
        var median = rates[rates.Count / 2];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {bench,-14}{median,10:0}/s   ({rates[0]:0} to {rates[^1]:0})"));
        Console.WriteLine(JsonSerializer.Serialize(new { bench, unit = "tasks/s", taskmesh = Math.Round(median) }));
    }
}
