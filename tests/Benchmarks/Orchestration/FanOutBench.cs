using System.Globalization;
using System.Text.Json;
using TaskMesh.Core;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Benchmarks.Orchestration;

/// <summary>
/// How fast a generator's messages become rows: messages of 1,000 inputs each, ten to a batch, two Managers at once. The clock goes from the
/// generator's RunTask to the last row, and every row's input is compared afterwards.
/// </summary>
internal static class FanOutBench
{
    private const int DefaultChildren = 100_000;
    private const int Batch = 10;
    private const int Managers = 2;

    public static async Task RunAsync(int[] size, CancellationToken cancellation)
    {
        var children = size.ElementAtOrDefault(0) is > 0 and var asked ? asked : DefaultChildren;
        await using var cluster = await BenchCluster.StartAsync(cancellation);
        await using (var warmUp = await StartAsync(cluster, await cluster.CreateAsync(product: true, cancellation)))
            await RunAsync(warmUp, 5_000);
        var database = await cluster.CreateAsync(product: true, cancellation);
        await using var manager = await StartAsync(cluster, database);
        var before = (Own: CpuMeter.OwnSeconds(), Server: cluster.CpuSeconds);
        var (first, all, generator) = await RunAsync(manager, children);
        var measured = TaskMesh.Benchmarks.Measured.Of(
            children, all.TotalSeconds, CpuMeter.OwnSeconds() - before.Own, cluster.CpuSeconds - before.Server);
        var wrong = await cluster.RowsAsync(
            database,
            $"""
            select count(*), count(*) filter (where (input::json ->> 'number')::int is distinct from ordinal),
                   (select state from task_manager.task where id = '{generator}')
              from task_manager.task where parent_id = '{generator}'
            """,
            cancellation);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{children} children in {all.TotalSeconds:0.0} s: {measured.PerSecond:0} a second, first dispatch after {first.TotalMilliseconds:0} ms; "
            + $"CPU per child {measured.CpuMicros:0} us own, {measured.ServerCpuMicros:0} us PostgreSQL"));
        Console.WriteLine($"rows | rows with another input | generator: {wrong[0]}");
        Console.WriteLine($"live heap {GC.GetTotalMemory(true) / 1024} KiB, resident {Environment.WorkingSet >> 20} MiB");
    }

    private static async Task<Single> StartAsync(BenchCluster cluster, string database)
    {
        var manager = new Single(cluster.ConnectionString(database, "tm_manager"), slots: 100, Managers);
        await manager.StartAsync();
        return manager;
    }

    private static async Task<(TimeSpan First, TimeSpan All, Guid Generator)> RunAsync(Single manager, int children)
    {
        manager.Sent.Clear();
        await manager.HandleAsync(
        [
            new CreateCollection(new SequentialNode([new TaskNode("maker", Maker.Kind, new NoOpInput(0).AsJson())])) { Id = Guid.CreateVersion7() },
        ]);
        var run = manager.Sent[0];
        manager.Sent.Clear();
        var start = TimeProvider.System.GetTimestamp();
        var (first, next) = (TimeSpan.Zero, -1);
        var batches = Messages(run, children).Chunk(Batch).ToArray();
        await Task.WhenAll(Enumerable.Range(0, Managers).Select(i => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var taken && taken < batches.Length)
            {
                await manager.HandleAsync(batches[taken], i);
                lock (batches)
                {
                    if (first == TimeSpan.Zero && manager.Sent.Count > 0)
                        first = TimeProvider.System.GetElapsedTime(start);
                }
            }
        })));
        var all = TimeProvider.System.GetElapsedTime(start);
        var declared = Enumerable.Range(0, children).Select(ordinal => ChildCount.Of(DerivedId.OfChild(run.Collection, run.Id, NoOp.Kind, ordinal)))
            .Aggregate(ChildCount.Add);
        await manager.HandleAsync([new CompleteTask(run.Id, run.Attempt, run.Nonce, new TaskOutcome.Succeeded(Children: declared))]);
        return (first, all, run.Id);
    }

    private static IEnumerable<ManagerMessage> Messages(RunTask run, int children)
    {
        var common = JsonElement.Parse("{}");
        for (var ordinal = 0; ordinal < children; ordinal += Generated.MostPerMessage)
        {
            var inputs = Enumerable.Range(ordinal, Math.Min(Generated.MostPerMessage, children - ordinal)).Select(
                number => new NoOpInput(number).AsJson()).ToArray();
            yield return new CreateTask(NoOp.Kind, common, Generated: new Generated(run.Collection, run.Id, ordinal, Inputs: inputs))
            {
                Id = Guid.CreateVersion7(),
            };
        }
    }
}
