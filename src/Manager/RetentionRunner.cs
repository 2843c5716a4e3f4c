using Npgsql;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>
/// The hour's housekeeping: partitions for what comes, removal of what is kept long enough, of partitions that are empty, of objects that no task
/// refers to. Every step is bounded; what one hour leaves the next one takes.
/// </summary>
public sealed class RetentionRunner(
    NpgsqlDataSource database, IObjectStore? objects, RetentionSettings settings, ManagerLog log, TimeProvider clock)
{
    private const int WeeksAhead = 1;
    private const int Rounds = 100;
    /// <summary>Half of an invocation, so that what comes behind it has its turn too.</summary>
    private static readonly TimeSpan LongestPruning = TimeSpan.FromSeconds(20);

    private const int ObjectsPerLook = 1_000;
    private const int MostObjects = 100_000;

    /// <summary>An object comes before the row that refers to it.</summary>
    private static readonly TimeSpan YoungObject = TimeSpan.FromDays(1);

    private static readonly string[] Folders = ["results/", "inputs/"];

    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await WithStoreAsync(store => store.MakePartitionsAsync(WeeksAhead, cancellation), cancellation);
            if (settings.Enabled)
                await RemoveAsync(cancellation);
            await using var connection = await database.OpenConnectionAsync(cancellation);
            await new RescanStore(connection).ForgetAsync(cancellation);
        }
        catch (Exception e)
        {
            // The batch is done, even if its invocation is over: what is left is the next hour's.
            log.SweepFailed(e);
        }
    }

    private async Task RemoveAsync(CancellationToken cancellation)
    {
        await PruneAsync(cancellation);
        // What a collection has cost is told from it.
        var longest = settings.Failed > settings.Succeeded ? settings.Failed : settings.Succeeded;
        await WithStoreAsync(store => store.PruneLedgerAsync(longest, cancellation), cancellation);
        await WithStoreAsync(store => store.DropPartitionsAsync(cancellation), cancellation);
        if (objects is not null)
            await RemoveOrphansAsync(objects, cancellation);
    }

    private async Task PruneAsync(CancellationToken cancellation)
    {
        var start = clock.GetTimestamp();
        for (var round = 0; round < Rounds && clock.GetElapsedTime(start) < LongestPruning; round++)
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            var store = new RetentionStore(connection);
            var tasks = await store.PruneTasksAsync(settings.Succeeded, settings.Failed, cancellation);
            var collections = await store.PruneCollectionsAsync(settings.Succeeded, settings.Failed, cancellation);
            var messages = await store.PruneMessagesAsync(settings.Failed, cancellation);
            if (tasks == 0 && collections == 0 && messages == 0)
                return;
        }
    }

    private async Task RemoveOrphansAsync(IObjectStore store, CancellationToken cancellation)
    {
        var before = clock.GetUtcNow() - YoungObject;
        foreach (var folder in Folders)
        {
            await foreach (var look in store.ListAsync(folder, cancellation).Take(MostObjects).Chunk(ObjectsPerLook).WithCancellation(cancellation))
                await RemoveOrphansAsync(store, [.. look.Where(found => found.StoredAt < before)], cancellation);
        }
    }

    private async Task RemoveOrphansAsync(IObjectStore store, ObjectListing[] old, CancellationToken cancellation)
    {
        var tasks = old.Select(found => ObjectReference.TaskOf(found.Key)).OfType<Guid>().ToHashSet();
        var existing = new HashSet<Guid>();
        await WithStoreAsync(async rows => existing.UnionWith(await rows.ExistingAsync(tasks, cancellation)), cancellation);
        foreach (var found in old.Where(found => ObjectReference.TaskOf(found.Key) is { } task && !existing.Contains(task)))
            await store.DeleteAsync(found.Key, cancellation);
    }

    private async Task WithStoreAsync(Func<RetentionStore, Task> use, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await use(new RetentionStore(connection));
    }
}
