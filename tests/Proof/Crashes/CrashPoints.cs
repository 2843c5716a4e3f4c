using System.Collections.Concurrent;
using Npgsql;
using TaskMesh.Proof.Checking;
using TaskMesh.Proof.Simulation;
using TaskMesh.Testing;

namespace TaskMesh.Proof.Crashes;

/// <summary>
/// A small collection is carried through again and again, and each time one process dies at another of all the places where it can: while it
/// dispatches, claims, completes or generates. Whatever it left behind must come to its end, once.
/// </summary>
public static class CrashPoints
{
    /// <summary>The first process of each role.</summary>
    public static IReadOnlyList<string> Processes { get; } = ["manager-1", "internal-2", "worker-4"];

    /// <param name="most">No more places than this, evenly spread over all.</param>
    /// <returns>A report for each place; its number is the place.</returns>
    public static async Task<IReadOnlyList<(int Place, Report Report)>> RunAsync(ProductCluster cluster, string process, int most)
    {
        var reports = new ConcurrentBag<(int Place, Report Report)>();
        // Where nobody dies, all places are counted.
        ConcurrentQueue<int> places = new([.. await PlacesAsync(cluster, process, most)]);
        await Task.WhenAll(Enumerable.Range(0, Simulations.Hands).Select(_ => Task.Run(async () =>
        {
            await using var hand = await Hand.CreateAsync(cluster);
            while (places.TryDequeue(out var place))
            {
                var (report, _) = await hand.RunAsync(process, place);
                reports.Add((place, report));
            }
        })));
        return [.. reports.OrderBy(report => report.Place)];
    }

    private static async Task<IEnumerable<int>> PlacesAsync(ProductCluster cluster, string process, int most)
    {
        await using var hand = await Hand.CreateAsync(cluster);
        var (_, count) = await hand.RunAsync(process, chosen: -1);
        var chosen = Math.Min(most, count);
        return Enumerable.Range(0, chosen).Select(i => (int)((long)i * count / chosen));
    }

    /// <summary>A database for one run after the other, and a folder for the socket of the process that dies.</summary>
    private sealed class Hand(SimDatabase database, NpgsqlDataSource workers, NpgsqlConnection control) : IAsyncDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public static async Task<Hand> CreateAsync(ProductCluster cluster)
        {
            var database = await SimDatabase.CreateAsync(cluster);
            return new Hand(
                database, NpgsqlDataSource.Create(database.ConnectionString("tm_worker")), await database.Superuser.OpenConnectionAsync());
        }

        public async Task<(Report Report, int Count)> RunAsync(string process, int chosen)
        {
            await Journal.ClearAsync(database.Superuser);
            var crash = new CrashPoint(process, chosen);
            await using var world = new SimWorld(seed: 1, database, workers, control, defect: null) { Crash = crash, Folder = _folder.Path };
            return (await world.RunAsync() with { Faults = chosen < 0 ? 0 : 1 }, crash.Count);
        }

        public async ValueTask DisposeAsync()
        {
            await control.DisposeAsync();
            await workers.DisposeAsync();
            await database.DisposeAsync();
            _folder.Dispose();
        }
    }
}
