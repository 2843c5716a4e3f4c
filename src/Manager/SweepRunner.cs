using Npgsql;
using TaskMesh.Core.Execution;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>
/// What time does: waits end, leases expire, deadlines pass, closed containers are emptied, unsent messages are sent again. Runs with any batch
/// when the last sweep is some seconds old, and wholly with each minute's tick; every step is bounded and in a transaction of its own.
/// </summary>
public sealed class SweepRunner(
    UnitOfWork work,
    ContainerSettler settler,
    GeneratorSettler generators,
    EffectPerformer performer,
    FleetReconciler fleet,
    ScheduleSweep schedules,
    LeftoverSweep leftovers,
    RoutingSweep routing,
    StragglerDesk stragglers,
    FigureSweep figures,
    NpgsqlDataSource database,
    ManagerLog log,
    Random random)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>After a lease, for whoever gets the message once more: it is sent anew when that has not happened.</summary>
    public static readonly TimeSpan TakeoverTime = 2 * LeaseKeeper.Heartbeat;

    private static readonly TimeSpan UnsentAfter = TimeSpan.FromSeconds(5);
    private const int UnsentRows = 100;
    private const int RoundsPerSweep = 20;

    /// <param name="asked">What a timer asked for: then it is due whenever the last one was. Null with any other batch.</param>
    /// <param name="isDue">What the batch's transaction found out; null if it did not get that far.</param>
    /// <param name="behind">How long reports wait in the queue: whoever seems lost may have reported that long ago.</param>
    public async Task RunAsync(Sweep? asked, bool? isDue, TimeSpan behind, CancellationToken cancellation)
    {
        try
        {
            if (isDue == true || (asked is not null || isDue is null) && await IsDueAsync(asked is null ? Interval : TimeSpan.Zero, cancellation))
                await SweepAsync(whole: asked == Sweep.Minute, behind, cancellation);
        }
        catch (Exception e)
        {
            // The batch is done, even if its invocation is over; a sweep that fails is made up for by the next one.
            log.SweepFailed(e);
        }
    }

    private async Task SweepAsync(bool whole, TimeSpan behind, CancellationToken cancellation)
    {
        await new HoldSweep(work, RoundsPerSweep).RunAsync(cancellation);
        await work.RunAsync(
            async connection =>
                new Decided(
                    await DispatchAsync(connection, await new SweepStore(connection).WakeAsync(cancellation), cancellation), []), cancellation);
        await RepeatAsync(
            store => store.ReclaimAsync(LeaseKeeper.LeaseTime, TakeoverTime + behind, cancellation), SweepStore.DispatchRowLimit, cancellation);
        await work.RunAsync(connection => ExpireAsync(connection, cancellation), cancellation);
        await StartFilledAsync(cancellation);
        await RepeatAsync(store => store.EmptyAsync(cancellation), limit: 1, cancellation);
        await ResendAsync(cancellation);
        await schedules.RunAsync(whole, cancellation);
        await leftovers.RunAsync(cancellation);
        await work.RunAsync(connection => RemindAsync(connection, cancellation), cancellation);
        if (whole)
        {
            await SettleOverdueAsync(cancellation);
            await routing.RunAsync(cancellation);
            await performer.ComeBackAsync(await fleet.ReconcileAsync(cancellation), cancellation);
            await performer.EnsureWorkersAsync(cancellation);
            await figures.RunAsync(cancellation);
            await work.RunAsync(connection => AskStragglersAsync(connection, cancellation), cancellation);
        }
    }

    private static async Task<Decided> RemindAsync(NpgsqlConnection connection, CancellationToken cancellation) => Decided.Nothing with
    {
        Effects = Effects.None with { WakeAfter = await new SweepStore(connection).RemindAsync(EffectPerformer.LongestReminder, cancellation) },
    };

    private async Task<Decided> AskStragglersAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await new StragglerStore(connection).AskAsync(stragglers.Kinds, PoolSettings.BareMetalPool, cancellation);
        return Decided.Nothing;
    }

    private async Task<bool> IsDueAsync(TimeSpan interval, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return (await new SweepStore(connection).TakeTurnAsync(interval, cancellation)).Rows.Count > 0;
    }

    private static async Task<Effects> DispatchAsync(NpgsqlConnection connection, IEnumerable<string> pools, CancellationToken cancellation) =>
        await Dispatcher.DispatchAsync(connection, [], pools.ToDictionary(pool => pool, _ => 0), cancellation);

    private async Task RepeatAsync(Func<SweepStore, Task<List<SweptTask>>> sweep, int limit, CancellationToken cancellation)
    {
        for (var round = 0; round < RoundsPerSweep; round++)
        {
            var swept = 0;
            var decided = await work.RunAsync(
                async connection =>
                {
                    var tasks = await sweep(new SweepStore(connection));
                    swept = tasks.Count;
                    return await CountAsync(connection, tasks, cancellation);
                },
                cancellation);
            await settler.SettleAsync(decided, cancellation);
            if (swept < limit)
                return;
        }
    }

    /// <summary>Containers that started with very many children in them let them go in parts.</summary>
    private async Task StartFilledAsync(CancellationToken cancellation)
    {
        var more = true;
        for (var round = 0; more && round < RoundsPerSweep; round++)
        {
            await work.RunAsync(
                async connection =>
                {
                    (var pools, more) = await new ReleaseStore(connection).StartFilledAsync(cancellation);
                    return new Decided(await DispatchAsync(connection, pools, cancellation), []);
                },
                cancellation);
        }
    }

    /// <summary>Gives the slots of swept tasks back and counts those that ended.</summary>
    private async Task<Decided> CountAsync(NpgsqlConnection connection, List<SweptTask> tasks, CancellationToken cancellation)
    {
        if (tasks.Count == 0)
            return Decided.Nothing;
        var ended = tasks.Where(task => task.State.IsTerminal()).GroupBy(task => task.Container)
            .ToDictionary(container => container.Key, container => container.Select(task => Tally.Of(task.State)).Aggregate(Tally.Add));
        var dead = tasks.Where(task => task is { State: TaskState.Timeout or TaskState.Failed, Pool: not null }).Select(task => task.Id).ToArray();
        if (dead.Length > 0)
            await new DeadLetterStore(connection).KeepAsync(dead, cancellation);
        var freed = tasks.Where(task => task.Pool is not null).CountBy(task => task.Pool!).ToDictionary();
        var touched = new List<Guid>();
        if (ended.Count > 0)
        {
            await new ContainerStore(connection).AddProgressAsync((short)random.Next(ContainerStore.ProgressShards), ended, cancellation);
            var released = await new ReleaseStore(connection).ReleaseAsync(ended, cancellation);
            foreach (var pool in released.Pools)
                freed.TryAdd(pool, 0);
            var filled = await new GeneratorStore(connection).EndAsync(
                [.. tasks.Where(task => task.State.IsTerminal()).Select(task => task.Id)], cancellation);
            touched.AddRange([.. ended.Keys, .. filled, .. released.MayBeComplete]);
        }
        return new Decided(await Dispatcher.DispatchAsync(connection, [], freed, cancellation), touched);
    }

    private static async Task<Decided> ExpireAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var roots = await new SweepStore(connection).PastDeadlineAsync(cancellation);
        if (roots.Count > 0)
            await new ContainerStore(connection).CloseAsync([.. roots.Select(root => (root, TaskState.Timeout, Early: true))], cancellation);
        return Decided.Nothing;
    }

    private async Task ResendAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var unsent = await new DispatchStore(connection).UnsentAsync(UnsentAfter, UnsentRows, cancellation);
        if (unsent.Count > 0)
            await performer.SendAsync(unsent, cancellation);
    }

    private async Task SettleOverdueAsync(CancellationToken cancellation)
    {
        const int limit = 1_000;
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await settler.SettleAsync(await generators.SettleWaitingAsync(limit, cancellation), cancellation);
        await settler.SettleAsync(await new ContainerStore(connection).OverdueAsync(limit, cancellation), cancellation);
    }
}
