using Npgsql;
using TaskMesh.Core.Routing;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>
/// Fills the dispatch windows: the last thing of every transaction, since it locks the pools. A new task that finds room and nobody to share it
/// with is inserted as Dispatched; what waits is picked by priority, in turn between organisations, and by age.
/// </summary>
public static class Dispatcher
{
    /// <summary>
    /// Workers without a database do not report the start, so their slot is held from dispatch on: for the longest run timeout that an External
    /// kind may have, and a minute more.
    /// </summary>
    public static readonly TimeSpan ExternalLease = TimeSpan.FromMinutes(3);

    /// <summary>A round fills the room or finds that an organisation has nothing left; what stays free after these is the next sweep's.</summary>
    private const int MostRounds = 16;

    /// <summary>Asks for the room of pools, and holds them from then on.</summary>
    /// <param name="freed">Slots given back by pool; a pool with 0 may have something new to dispatch.</param>
    public static async Task<Later<PoolRoom>?> AskAsync(
        NpgsqlConnection connection, IEnumerable<string> newPools, IReadOnlyDictionary<string, int> freed, CancellationToken cancellation)
    {
        var asked = newPools.ToDictionary(pool => pool, _ => 0);
        foreach (var (pool, count) in freed)
            asked[pool] = count;
        return asked.Count == 0 ? null : await new DispatchStore(connection).LockAsync(asked, cancellation);
    }

    /// <param name="freed">Slots given back by pool; a pool with 0 may have something new to dispatch.</param>
    public static async Task<Effects> DispatchAsync(
        NpgsqlConnection connection,
        IReadOnlyList<(CollectionPlan Collection, TaskPlan Task)> newTasks,
        IReadOnlyDictionary<string, int> freed,
        CancellationToken cancellation) => await DispatchAsync(
            connection,
            newTasks,
            await AskAsync(connection, newTasks.Select(task => task.Task.Pool).OfType<string>().Distinct(), freed, cancellation),
            new Dictionary<string, TimeSpan>(),
            cancellation);

    /// <param name="asked">The pools that have room or something new; null for none.</param>
    /// <param name="throttled">Kinds whose other side has asked for a wait.</param>
    public static async Task<Effects> DispatchAsync(
        NpgsqlConnection connection,
        IReadOnlyList<(CollectionPlan Collection, TaskPlan Task)> newTasks,
        Later<PoolRoom>? asked,
        IReadOnlyDictionary<string, TimeSpan> throttled,
        CancellationToken cancellation)
    {
        if (asked is null && newTasks.Count == 0)
            return Effects.None;

        var store = new DispatchStore(connection);
        var open = asked is null ? [] : await asked.RowsAsync(connection, cancellation);
        var rooms = open.Select(room => WithNew(room, newTasks)).ToDictionary(room => room.Pool);
        if (throttled.Count > 0)
            await store.BlockAsync(throttled, cancellation);
        var placed = Place(newTasks, rooms);
        var waiting = placed.Where(task => task is { Plan.Started: true, Dispatched: false }).Select(task => task.Plan.Pool).ToHashSet();
        var taken = placed.Where(task => task.Dispatched).CountBy(task => task.Plan.Pool!).ToDictionary();
        var left = rooms.Values.Where(
            room => (room.HasBacklog || waiting.Contains(room.Pool)) && room.Room > taken.GetValueOrDefault(room.Pool)).ToArray();
        var effects = left.Length > 0 ? await PickAsync(connection, placed, rooms, left, cancellation)
            : placed.Count > 0 ? await InsertAsync(connection, placed, rooms, cancellation)
            : Effects.None;
        return effects with { HasBacklog = waiting.Count > 0 || rooms.Values.Any(room => room.HasBacklog) };
    }

    /// <summary>Nothing waits that could use the room: the statement that inserts the new tasks writes the outbox too.</summary>
    private static async Task<Effects> InsertAsync(
        NpgsqlConnection connection, List<NewTask> placed, Dictionary<string, PoolRoom> rooms, CancellationToken cancellation)
    {
        var inserted = await new TaskStore(connection).InsertAsync(
            placed, rooms.ToDictionary(room => room.Key, room => room.Value.NextRow), cancellation);
        return new Effects(
            new Lazy<Dispatch>(() => new Dispatch(
                [.. inserted.Rows.Select(row => row.Dispatched).OfType<DispatchedTask>().Select(task => (rooms[task.Pool].NextRow, task))],
                inserted.Rows.Select(row => row.Id).ToHashSet())),
            EnsureWorkers: placed.Any(task => task.Dispatched && rooms[task.Plan.Pool!].Class == WorkerClass.BareMetal));
    }

    private static async Task<Effects> PickAsync(
        NpgsqlConnection connection, List<NewTask> placed, Dictionary<string, PoolRoom> rooms, PoolRoom[] left, CancellationToken cancellation)
    {
        var store = new DispatchStore(connection);
        var rows = placed.Count == 0 ? null : await new TaskStore(connection).InsertAsync(placed, new Dictionary<string, long>(), cancellation);
        var inserted = rows is null ? [] : await rows.RowsAsync(connection, cancellation);
        List<DispatchedTask> dispatched = [.. inserted.Select(row => row.Dispatched).OfType<DispatchedTask>()];
        var backIn = await PickAsync(store, left, dispatched, cancellation);
        if (dispatched.Count > 0)
            await store.RecordAsync(dispatched, rooms, cancellation);
        return new Effects(
            new Lazy<Dispatch>(new Dispatch(
                [.. dispatched.Select(task => (rooms[task.Pool].NextRow, task))], inserted.Select(row => row.Id).ToHashSet())),
            backIn,
            EnsureWorkers: dispatched.Any(task => rooms[task.Pool].Class == WorkerClass.BareMetal));
    }

    /// <summary>New tasks of several organisations or priorities that do not all fit are a backlog too: they share the room by its rules.</summary>
    private static PoolRoom WithNew(PoolRoom room, IReadOnlyList<(CollectionPlan Collection, TaskPlan Task)> newTasks)
    {
        if (room.HasBacklog || newTasks.Count <= room.Room)
            return room;
        var here = newTasks.Where(task => task.Task.Started && task.Task.Pool == room.Pool).Select(
            task => (task.Collection.Organisation, task.Collection.Priority)).ToArray();
        return room with { HasBacklog = here.Length > room.Room && here.Distinct().Skip(1).Any() };
    }

    private static List<NewTask> Place(IReadOnlyList<(CollectionPlan Collection, TaskPlan Task)> newTasks, Dictionary<string, PoolRoom> rooms)
    {
        var left = rooms.Values.Where(room => !room.HasBacklog).ToDictionary(room => room.Pool, room => room.Room);
        var placed = new List<NewTask>(newTasks.Count);
        foreach (var (collection, task) in newTasks)
        {
            var fits = task is { Started: true, Pool: { } pool } && left.GetValueOrDefault(pool) > 0 && !rooms[pool].LimitedKinds.Contains(task.Kind);
            if (fits)
                left[task.Pool!]--;
            placed.Add(new NewTask(collection, task, fits, fits ? LeaseIn(rooms[task.Pool!]) : null));
        }
        return placed;
    }

    /// <returns>When the first of those that need a token and got none comes back.</returns>
    private static async Task<TimeSpan?> PickAsync(
        DispatchStore store, IEnumerable<PoolRoom> rooms, List<DispatchedTask> dispatched, CancellationToken cancellation)
    {
        var taken = dispatched.CountBy(task => task.Pool).ToDictionary();
        var open = rooms
            .Select(room => (room.Pool, Room: room.Room - taken.GetValueOrDefault(room.Pool), Lease: LeaseIn(room)))
            .Where(room => room.Room > 0)
            .ToArray();
        TimeSpan? backIn = null;
        for (var round = 0; round < MostRounds && open.Length > 0; round++)
        {
            var picked = await store.PickAsync(open, cancellation);
            if (picked.Looked == 0)
                break;
            dispatched.AddRange(picked.Dispatched);
            backIn ??= picked.BackIn;
            var used = picked.Dispatched.CountBy(task => task.Pool).ToDictionary();
            open = [.. open.Select(room => room with { Room = room.Room - used.GetValueOrDefault(room.Pool) }).Where(room => room.Room > 0)];
        }
        return backIn;
    }

    private static TimeSpan? LeaseIn(PoolRoom room) => room.Class == WorkerClass.External ? ExternalLease : null;
}
