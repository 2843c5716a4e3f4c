using Npgsql;
using TaskMesh.Core;
using TaskMesh.Core.Fleet;
using TaskMesh.Core.Ports;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>
/// Keeps as many bare-metal workers as the work needs. What it asks of the cloud is written down before it is asked, so that an answer that was
/// lost is asked for again with the same token and never launches twice.
/// </summary>
public sealed class FleetLauncher(NpgsqlDataSource database, IComputeFleet fleet, FleetSettings settings, IdSource ids, ManagerLog log)
{
    private const string AppTag = "app";
    private const string AppName = "taskmesh";

    /// <summary>EC2's lists lag behind its answers; an instance that is missing may only be new.</summary>
    private static readonly TimeSpan ListingGrace = TimeSpan.FromSeconds(30);

    /// <summary>An intent that is older than one invocation of the Manager belongs to nobody any more.</summary>
    private static readonly TimeSpan OpenIntentAge = TimeSpan.FromMinutes(2);

    /// <summary>Never fails its caller: tasks wait, and the next tick tries again.</summary>
    public async Task EnsureWorkersAsync(CancellationToken cancellation)
    {
        try
        {
            foreach (var intent in await TakeSlotsAsync(cancellation))
                await LaunchAsync(intent, 0, cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            log.FleetFailed(e);
        }
    }

    /// <summary>Frees the slots of instances that are gone and finishes launches that were left open.</summary>
    public async Task ReconcileAsync(CancellationToken cancellation)
    {
        try
        {
            // The cloud first, then the ledger: an instance launched in between is in neither list rather than wrongly gone.
            var existing = await fleet.ListAsync(AppTag, AppName, cancellation);
            await using var connection = await database.OpenConnectionAsync(cancellation);
            var store = new FleetStore(connection);
            foreach (var gone in await store.FreeGoneAsync([.. existing.Select(instance => instance.Id)], ListingGrace, cancellation))
                log.InstanceGone(gone);
            foreach (var (intent, ordinal, type, subnet) in await store.OpenIntentsAsync(OpenIntentAge, cancellation))
                await LaunchAsync(intent, ordinal, cancellation, repeated: true);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            log.FleetFailed(e);
        }
    }

    private async Task<IReadOnlyList<Guid>> TakeSlotsAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var store = new FleetStore(connection);
        var demand = await store.DemandAsync(PoolSettings.BareMetalPool, settings.MaxWorkers * settings.TasksPerWorker + 1, cancellation);
        var needed = FleetPolicy.Needed(demand, settings.TasksPerWorker);
        return needed == 0 ? [] : await store.TakeSlotsAsync([.. Enumerable.Range(0, needed).Select(_ => ids.Next())], cancellation);
    }

    /// <summary>Tries the cells in order until one launches. An unknown outcome ends the round: only the same request can resolve it.</summary>
    /// <param name="repeated">Whether the first cell was asked for before: it may run already, so its cost is no question any more.</param>
    private async Task LaunchAsync(Guid intent, int firstCell, CancellationToken cancellation, bool repeated = false)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var store = new FleetStore(connection);
        var cells = LaunchPlan.Cells(settings.InstanceTypes, settings.Subnets);
        var tooDear = (string?)null;
        var refusals = 0;
        for (var ordinal = firstCell; ordinal < cells.Count; ordinal++)
        {
            var cell = cells[ordinal];
            var request = new LaunchRequest(
                LaunchPlan.Token(intent, cell, tries: 0),
                settings.LaunchTemplate,
                settings.LaunchTemplateVersion,
                cell.InstanceType,
                cell.Subnet,
                new Dictionary<string, string> { [AppTag] = AppName, ["intent"] = intent.ToString() });
            await store.BeginAttemptAsync(intent, ordinal, request, cancellation);
            if (!(repeated && ordinal == firstCell) && await TooDearAsync(store, cancellation) is { } reason)
            {
                tooDear ??= reason;
                await store.EndAttemptAsync(intent, ordinal, new LaunchAnswer.Refused(CostGuard.Code, reason, null), cancellation);
                continue;
            }
            var answer = await fleet.LaunchAsync(request, cancellation);
            await store.EndAttemptAsync(intent, ordinal, answer, cancellation);
            switch (answer)
            {
                case LaunchAnswer.Launched launched:
                    await store.EndIntentAsync(intent, launched.Instance.Id, "launched", cancellation);
                    log.Launched(launched.Instance.Id, launched.Instance.InstanceType);
                    return;
                case LaunchAnswer.Unknown unknown:
                    log.LaunchUnknown(unknown.Reason);
                    return;
                case LaunchAnswer.Refused refused:
                    refusals++;
                    log.LaunchRefused(
                        cell.InstanceType ?? "the template's type", cell.Subnet ?? "the template's subnet", refused.Code, refused.Message);
                    break;
            }
        }
        await store.EndIntentAsync(
            intent, null, tooDear is not null && refusals == 0 ? $"{CostGuard.Code}: {tooDear}" : "every cell refused", cancellation);
    }

    /// <summary>
    /// Asked when the request is in the ledger and not yet with the cloud: of two Managers at the same moment each sees the other's, so that they
    /// never pass the ceiling together.
    /// </summary>
    private async Task<string?> TooDearAsync(FleetStore store, CancellationToken cancellation) =>
        settings.Cost.Cap is null ? null : settings.Cost.Refusal(await store.TypesAsync(cancellation));
}
