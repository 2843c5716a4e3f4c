using Npgsql;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>
/// Closes containers whose children have ended, from the leaves up. It runs after the commit of what touched them: only then does one of two
/// Managers that ended the last two children see both.
/// </summary>
public sealed class ContainerSettler(UnitOfWork work, GeneratorSettler generators, NpgsqlDataSource database, Random random)
{
    /// <summary>Ends what a committed transaction has made complete.</summary>
    public async Task SettleAsync(Decided decided, CancellationToken cancellation) =>
        await SettleAsync([.. decided.Touched, .. await generators.SettleAsync(decided.Generators, cancellation)], cancellation);

    public async Task SettleAsync(IReadOnlyCollection<Guid> touched, CancellationToken cancellation)
    {
        while (touched.Count > 0)
        {
            var complete = await CompleteAsync(touched, cancellation);
            if (complete.Length == 0)
                return;
            touched = (await work.RunAsync(connection => CloseAsync(connection, complete, cancellation), cancellation)).Touched;
        }
    }

    private async Task<(ContainerFacts Container, TaskState State)[]> CompleteAsync(IReadOnlyCollection<Guid> touched, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var facts = await new ContainerStore(connection).FactsAsync(touched, cancellation);
        return
        [
            .. from container in facts
               let state = WorkflowRules.Close(container.Policy, container.Children, container.Tally)
               where state is not null
               select (container, state.Value),
        ];
    }

    private async Task<Decided> CloseAsync(
        NpgsqlConnection connection, (ContainerFacts Container, TaskState State)[] complete, CancellationToken cancellation)
    {
        var store = new ContainerStore(connection);
        var closed = await store.CloseAsync(
            [.. complete.Select(end => (
                end.Container.Id, end.State, Early: end.Container.Children is not { } all || end.Container.Tally.Ended < all))],
            cancellation);
        var ended = complete.Where(end => closed.Contains(end.Container.Id) && end.Container.Parent is not null).ToArray();
        if (ended.Length == 0)
            return Decided.Nothing;

        var byParent = ended.GroupBy(end => end.Container.Parent!.Value)
            .ToDictionary(parent => parent.Key, parent => parent.Select(end => Tally.Of(end.State)).Aggregate(Tally.Add));
        await store.AddProgressAsync((short)random.Next(ContainerStore.ProgressShards), byParent, cancellation);
        var released = await new ReleaseStore(connection).ReleaseAsync(byParent, cancellation);
        var effects = await Dispatcher.DispatchAsync(connection, [], released.Pools.ToDictionary(pool => pool, _ => 0), cancellation);
        return new Decided(effects, [.. byParent.Keys, .. released.MayBeComplete]);
    }
}
