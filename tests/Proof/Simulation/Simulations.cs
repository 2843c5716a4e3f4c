using System.Collections.Concurrent;
using Npgsql;
using TaskMesh.Proof.Checking;
using TaskMesh.Testing;

namespace TaskMesh.Proof.Simulation;

/// <summary>Many seeds, some side by side, each pair of hands with a database of its own.</summary>
public static class Simulations
{
    /// <summary>More waits for PostgreSQL than a processor; two per core keep both busy.</summary>
    internal static readonly int Hands = 2 * Environment.ProcessorCount;

    /// <param name="seeds">Ends early when <paramref name="found"/> says so.</param>
    /// <param name="found">Told of every seed; false ends the run.</param>
    public static async Task<IReadOnlyList<(int Seed, Report Report)>> RunAsync(
        ProductCluster cluster, IEnumerable<int> seeds, string? defect, Func<int, Report, bool> found)
    {
        var wrong = defect is null ? null : Defects.All.FirstOrDefault(known => known.Name == defect)
            ?? throw new ArgumentException($"There is no defect '{defect}'; there are {string.Join(", ", DefectNames)}.");
        var waiting = new ConcurrentQueue<int>(seeds);
        var reports = new ConcurrentBag<(int Seed, Report Report)>();
        var goesOn = true;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(Hands, waiting.Count)).Select(_ => Task.Run(async () =>
        {
            await using var database = await SimDatabase.CreateAsync(cluster, wrong?.Sql);
            await using var workers = NpgsqlDataSource.Create(database.ConnectionString("tm_worker"));
            await using var control = await database.Superuser.OpenConnectionAsync();
            while (goesOn && waiting.TryDequeue(out var seed))
            {
                await Journal.ClearAsync(database.Superuser);
                await using var world = new SimWorld(seed, database, workers, control, wrong);
                var report = await world.RunAsync();
                reports.Add((seed, report));
                goesOn &= found(seed, report);
            }
        })));
        return [.. reports.OrderBy(report => report.Seed)];
    }

    public static IReadOnlyList<string> DefectNames { get; } = [.. Defects.All.Select(defect => defect.Name)];
}
