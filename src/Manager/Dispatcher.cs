using Npgsql;
using TaskMesh.Core.Routing;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>
/// Fills the dispatch windows: the last thing of every transaction, since it locks the pools. A new task that finds room and nobody before it
/// is inserted as Dispatched; what waits is picked by priority and age.
/// </summary>
public static class Dispatcher
{
    /// <summary>
    /// Workers without a database do not report the start, so their slot is held from dispatch on: for the longest run timeout that an External
    /// kind may have, and a minute more.
    /// </summary>
    public static readonly TimeSpan ExternalLease = TimeSpan.FromMinutes(3);

    /// <param name="freed">Slots given back by pool; a pool with 0 may have something new to dispatch.</param>
    public static async Task<Effects> DispatchAsync(
        NpgsqlConnection connection,
        IReadOnlyList<(CollectionPlan Collection, TaskPlan Task)> newTasks,
        IReadOnlyDictionary<string, int> freed,
        CancellationToken cancellation)
    {
        var asked = newTasks.Select(task => task.Task.Pool).OfType<string>().Distinct().ToDictionary(pool => pool, _ => 0);
        foreach (var (pool, count) in freed)
            asked[pool] = count;
        if (asked.Count == 0 && newTasks.Count == 0)
            return Effects.None;

        var store = new DispatchStore(connection);
        var rooms = (await store.LockAsync(asked, cancellation)).ToDictionary(room => room.Pool);
        var dispatched = newTasks.Count == 0 ? [] : await new TaskStore(connection).InsertAsync(Place(newTasks, rooms), cancellation);
        dispatched.AddRange(await PickAsync(store, rooms.Values, dispatched, cancellation));
        if (dispatched.Count == 0)
            return Effects.None;

        await store.RecordAsync(dispatched, rooms, cancellation);
        return new Effects(
            [.. dispatched.Select(task => (rooms[task.Pool].NextRow, task))],
            EnsureWorkers: dispatched.Any(task => rooms[task.Pool].Class == WorkerClass.BareMetal));
    }

    private static List<NewTask> Place(IReadOnlyList<(CollectionPlan Collection, TaskPlan Task)> newTasks, Dictionary<string, PoolRoom> rooms)
    {
        var left = rooms.Values.Where(room => !room.HasBacklog).ToDictionary(room => room.Pool, room => room.Room);
        var placed = new List<NewTask>(newTasks.Count);
        foreach (var (collection, task) in newTasks)
        {
            var fits = task is { Started: true, Pool: { } pool } && left.GetValueOrDefault(pool) > 0;
            if (fits)
                left[task.Pool!]--;
            placed.Add(new NewTask(collection, task, fits, fits ? LeaseIn(rooms[task.Pool!]) : null));
        }
        return placed;
    }

    private static async Task<List<DispatchedTask>> PickAsync(
        DispatchStore store, IEnumerable<PoolRoom> rooms, List<DispatchedTask> dispatched, CancellationToken cancellation)
    {
        var taken = dispatched.CountBy(task => task.Pool).ToDictionary();
        var open = rooms
            .Where(room => room.HasBacklog)
            .Select(room => (room.Pool, Room: room.Room - taken.GetValueOrDefault(room.Pool), Lease: LeaseIn(room)))
            .Where(room => room.Room > 0)
            .ToArray();
        return open.Length == 0 ? [] : await store.PickAsync(open, cancellation);
    }

    private static TimeSpan? LeaseIn(PoolRoom room) => room.Class == WorkerClass.External ? ExternalLease : null;
}
