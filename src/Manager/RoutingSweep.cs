using Npgsql;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Routing;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>Finds a pool for tasks that found none, and for those that wait in one that has gone: the configuration may have changed since.</summary>
public sealed class RoutingSweep(UnitOfWork work, TaskCatalogue catalogue, IReadOnlyList<Pool> pools)
{
    public Task RunAsync(CancellationToken cancellation) => work.RunAsync(
        async connection => new Decided(await RouteAsync(connection, cancellation), []), cancellation);

    private async Task<Effects> RouteAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var store = new PoolStore(connection);
        var strays = await store.StraysAsync(cancellation);
        if (strays.Count == 0)
            return Effects.None;
        var open = await store.RouteAsync([.. strays.Select(stray => (stray, PoolFor(stray)))], cancellation);
        return await Dispatcher.DispatchAsync(connection, [], open.ToDictionary(pool => pool, _ => 0), cancellation);
    }

    private string? PoolFor(Stray stray) => catalogue.Find(stray.Kind) is { } entry
        ? TaskRouter.Choose(pools, TaskRouter.Route(entry.Requirements), stray.Kind, stray.Read())?.Name : null;
}
