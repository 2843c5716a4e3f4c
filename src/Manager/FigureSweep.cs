using Npgsql;
using TaskMesh.Core.Fleet;
using TaskMesh.Core.Metrics;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>Tells each minute how the mesh stands, out of the database, where the figures of all processes come together.</summary>
public sealed class FigureSweep(NpgsqlDataSource database, FleetSettings settings, TimeProvider clock, Meter meter)
{
    private const int MostTasks = 10_000;
    private const int MostLetters = 1_000;

    public async Task RunAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var store = new FigureStore(connection);
        foreach (var pool in await store.PoolsAsync(MostTasks, cancellation))
        {
            meter.Tell(MeshMetrics.TasksInFlight, pool.InFlight, pool.Pool);
            meter.Tell(MeshMetrics.TasksReady, pool.Ready, pool.Pool);
        }
        var backlog = await store.BacklogAsync(MostLetters, cancellation);
        meter.Tell(MeshMetrics.OutboxRows, backlog.OutboxRows);
        meter.Tell(MeshMetrics.OutboxAge, backlog.OutboxSeconds);
        meter.Tell(MeshMetrics.PutAside, backlog.PutAside);
        meter.Tell(MeshMetrics.DeadLetters, backlog.DeadLetters);
        meter.Tell(MeshMetrics.DeadRows, await store.DeadRowsAsync(cancellation));
        var fleet = await store.FleetAsync(cancellation);
        foreach (var (state, slots) in fleet.Slots)
            meter.Tell(MeshMetrics.Workers, slots, state);
        meter.Tell(MeshMetrics.OldestWorker, fleet.OldestSeconds);
        meter.Tell(MeshMetrics.LaunchesStopped, fleet.IsStopped ? 1 : 0);
        meter.Tell(MeshMetrics.Orphans, fleet.Orphans);
        var ledger = new FleetLedger(database, PoolSettings.BareMetalPool);
        var demand = await ledger.DemandAsync(settings.Configuration, settings.CountUpTo, cancellation);
        var missing = FleetPolicy.Missing(demand, settings.TasksPerWorker, settings.MinimumAt(clock.GetUtcNow()));
        meter.Tell(MeshMetrics.WorkersMissing, missing);
        if (settings.Cost.PerHour(await ledger.TypesAsync(cancellation)) is { } perHour)
            meter.Tell(MeshMetrics.FleetCost, (double)perHour);
        var launches = await store.LaunchesAsync(cancellation);
        foreach (var (answer, times) in launches.Answers)
            meter.Tell(MeshMetrics.LaunchAnswers, times, answer);
        foreach (var (zone, times) in launches.Zones)
            meter.Tell(MeshMetrics.Launches, times, zone);
        meter.Tell(MeshMetrics.LaunchesRefused, launches.Refused);
    }
}
