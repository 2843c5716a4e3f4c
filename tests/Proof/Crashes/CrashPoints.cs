using System.Collections.Concurrent;
using Npgsql;
using TaskMesh.Proof.Checking;
using TaskMesh.Proof.Simulation;
using TaskMesh.Testing;

namespace TaskMesh.Proof.Crashes;

/// <summary>
/// A small collection is carried through again and again, and each time one process dies at the next of all the places where it can: while it
/// dispatches, claims, completes or generates. Whatever it left behind must come to its end, once.
/// </summary>
public static class CrashPoints
{
    /// <summary>The first process of each role.</summary>
    public static IReadOnlyList<string> Processes { get; } = ["manager-1", "internal-2", "worker-4"];

    /// <returns>A report for each place; its number is the place.</returns>
    public static async Task<IReadOnlyList<(int Place, Report Report)>> RunAsync(ProductCluster cluster, string process)
    {
        var reports = new ConcurrentBag<(int Place, Report Report)>();
        var next = -1;
        var count = int.MaxValue;
        await Task.WhenAll(Enumerable.Range(0, Simulations.Hands).Select(hand => Task.Run(async () =>
        {
            using var folder = new TemporaryFolder();
            await using var database = await SimDatabase.CreateAsync(cluster);
            await using var workers = NpgsqlDataSource.Create(database.ConnectionString("tm_worker"));
            await using var control = await database.Superuser.OpenConnectionAsync();
            while (Interlocked.Increment(ref next) is var place && place < Volatile.Read(ref count))
            {
                await Journal.ClearAsync(database.Superuser);
                var crash = new CrashPoint(process, place);
                await using var world = new SimWorld(place, database, workers, control, defect: null) { Crash = crash, Folder = folder.Path };
                var report = await world.RunAsync();
                // A place that was not reached lies behind the last one.
                if (crash.Count <= place)
                    Volatile.Write(ref count, place);
                else
                    reports.Add((place, report with { Faults = 1 }));
            }
        })));
        return [.. reports.OrderBy(report => report.Place)];
    }
}
