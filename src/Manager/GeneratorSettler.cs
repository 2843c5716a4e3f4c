using Npgsql;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>
/// Ends generators whose children all exist, and takes care of children that were inserted while their container started, opened a place or
/// closed. It runs after the commit of what touched them, as the closing of containers does and for the same reason.
/// </summary>
public sealed class GeneratorSettler(UnitOfWork work, NpgsqlDataSource database, Random random)
{
    /// <returns>Containers that may be complete now.</returns>
    public async Task<IReadOnlyCollection<Guid>> SettleAsync(IReadOnlyList<TouchedGenerator> touched, CancellationToken cancellation)
    {
        if (touched.Count == 0)
            return [];
        var facts = await FactsAsync([.. touched.Select(one => one.Generator).Distinct()], cancellation);
        var moves = facts.Where(fact => fact is { Declared: not null, HasEnded: false })
            .Select(fact => (
                Task: fact.Id,
                Move: fact.Refused is { } reason
                    ? new TaskMove(TaskState.Failed, fact.Failures + 1, Reason: reason)
                    : WorkflowRules.AfterCreation(fact.Declared!.Value, fact.Created, fact.Failures, !fact.ContainerState.IsTerminal())))
            .Where(pair => pair.Move is not null)
            .Select(pair => (pair.Task, pair.Move!))
            .ToArray();
        var miscounted = facts.Where(fact => fact.IsMiscounted).Select(fact => fact.Id).ToArray();
        var late = touched.Where(one => one.Past > one.First)
            .Join(
                facts,
                one => one.Generator,
                fact => fact.Id,
                (one, fact) => (fact.Container, fact.ContainerState, fact.Released, one.First, one.Past))
            .ToArray();
        var stragglers = late.Where(part => part.ContainerState.IsTerminal()).GroupBy(part => part.Container)
            .Select(container => (container.Key, container.Min(part => part.First))).ToArray();
        var startable = late.Where(part => part.ContainerState == TaskState.Running)
            .Select(part => new Opening(part.Container, part.First, Math.Min(part.Past, part.Released))).ToArray();
        if (moves.Length + miscounted.Length + stragglers.Length + startable.Length == 0)
            return [];
        var decided = await work.RunAsync(
            async connection =>
            {
                if (stragglers.Length > 0)
                    await new ContainerStore(connection).SweepAgainAsync(stragglers, cancellation);
                var pools = await new ReleaseStore(connection).StartAsync(startable, cancellation);
                return await EndAsync(connection, moves, miscounted, pools, cancellation);
            },
            cancellation);
        return decided.Touched;
    }

    /// <summary>What a Manager left behind that died between commit and settling.</summary>
    public async Task<IReadOnlyCollection<Guid>> SettleWaitingAsync(int limit, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var waiting = await new GeneratorStore(connection).WaitingAsync(limit, cancellation);
        return await SettleAsync([.. waiting.Select(generator => new TouchedGenerator(generator))], cancellation);
    }

    private async Task<List<GeneratorFacts>> FactsAsync(Guid[] generators, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await new GeneratorStore(connection).FactsAsync(generators, cancellation);
    }

    private async Task<Decided> EndAsync(
        NpgsqlConnection connection,
        (Guid Task, TaskMove Move)[] moves,
        Guid[] miscounted,
        IReadOnlyCollection<string> startedIn,
        CancellationToken cancellation)
    {
        var store = new GeneratorStore(connection);
        var moved = moves.Length == 0 ? [] : await store.MoveAsync(moves, cancellation);
        var filled = await store.EndAsync([.. moved.Select(task => task.Task), .. miscounted], cancellation);
        var states = moves.ToDictionary(move => move.Task, move => move.Move.State);
        var tallies = moved.GroupBy(task => task.Container).ToDictionary(
            container => container.Key, container => container.Select(task => Tally.Of(states[task.Task])).Aggregate(Tally.Add));
        HashSet<string> pools = [.. startedIn];
        IReadOnlyCollection<Guid> started = [];
        if (tallies.Count > 0)
        {
            await new ContainerStore(connection).AddProgressAsync((short)random.Next(ContainerStore.ProgressShards), tallies, cancellation);
            var released = await new ReleaseStore(connection).ReleaseAsync(tallies, cancellation);
            pools.UnionWith(released.Pools);
            started = released.MayBeComplete;
        }
        var effects = await Dispatcher.DispatchAsync(connection, [], pools.ToDictionary(pool => pool, _ => 0), cancellation);
        return new Decided(effects, [.. tallies.Keys, .. filled, .. started]);
    }
}
