using TaskMesh.Core.Fleet;
using TaskMesh.Core.Ports;

namespace TaskMesh.Manager;

/// <summary>
/// Brings the ledger and the cloud together: slots of instances that are gone become free, launches that were left open end, and instances that
/// never reported or that nobody knows are terminated.
/// </summary>
public sealed class FleetReconciler(
    IFleetLedger ledger, IComputeFleet cloud, FleetLauncher launcher, FleetSettings settings, TimeProvider clock, ManagerLog log)
{
    /// <summary>Whoever sets this tag on an instance, with whatever value, keeps it.</summary>
    public const string ProtectedTag = "protected";

    /// <summary>EC2's lists lag behind its answers; an instance that is missing may only be new, one that nobody knows too.</summary>
    private static readonly TimeSpan ListingGrace = TimeSpan.FromSeconds(30);

    /// <summary>A worker speaks every 10 s. Whoever is silent for so long has lost its leases long since.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(2);

    /// <summary>An answer that was not written for so long will not be: no Manager lives longer than one invocation.</summary>
    private static readonly TimeSpan Unanswered = TimeSpan.FromMinutes(2);

    /// <summary>Never fails its caller, and what fails in it keeps nothing else from being done.</summary>
    /// <returns>In how long to look again; null if the tick will do.</returns>
    public async Task<TimeSpan?> ReconcileAsync(CancellationToken cancellation)
    {
        await TryAsync(
            async () =>
            {
                await ledger.SetMinimumAsync(settings.MinimumAt(clock.GetUtcNow()), cancellation);
                var existing = await LookAsync(cancellation);
                await TryAsync(() => GiveUpAsync(existing, cancellation), cancellation);
                await TryAsync(() => EndOrphansAsync(existing, cancellation), cancellation);
            },
            cancellation);
        TimeSpan? again = null;
        await TryAsync(
            async () => again = await launcher.GoOnAsync(await ledger.TakeOverAsync(Unanswered, cancellation), cancellation), cancellation);
        return again;
    }

    private async Task TryAsync(Func<Task> part, CancellationToken cancellation)
    {
        try
        {
            await part();
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            log.FleetFailed(e);
        }
    }

    /// <returns>The instances that have not ended.</returns>
    private async Task<IReadOnlyList<FleetInstance>> LookAsync(CancellationToken cancellation)
    {
        // The cloud first, then the ledger: an instance launched in between is in neither list rather than wrongly gone.
        var asked = clock.GetTimestamp();
        var all = await cloud.ListAsync(FleetTags.Mesh, settings.LaunchTemplate, cancellation);
        var existing = all.Where(instance => !instance.HasEnded).ToList();
        await ledger.AdoptAsync(
            [.. from instance in all let intent = IntentOf(instance) where intent is not null select (intent.Value, instance)],
            ListingGrace,
            cancellation);
        var gone = await ledger.FreeGoneAsync(
            [.. existing.Select(instance => instance.Id)],
            [.. all.Except(existing).Select(instance => instance.Id)],
            clock.GetElapsedTime(asked),
            ListingGrace,
            cancellation);
        foreach (var instance in gone)
            log.InstanceGone(instance.Id);
        if (gone.Where(instance => instance.NeverLived).Select(instance => instance.Id).ToArray() is { Length: > 0 } failed)
            await TryAsync(() => BackOffAsync(failed, cancellation), cancellation);
        return existing;
    }

    /// <summary>The next would most likely end the same way, and cost as much.</summary>
    private async Task BackOffAsync(string[] failed, CancellationToken cancellation)
    {
        var wait = await ledger.HoldAsync(
            RefusalClass.BootFailed,
            $"{RefusalClass.BootFailed}",
            $"{failed[0]} ended before its worker reported; `taskmesh fleet` shows the end of its console",
            settings.Configuration,
            earlier => LaunchDecision.Wait(RefusalClass.BootFailed, earlier, chance: 0),
            cancellation);
        foreach (var instance in failed)
        {
            log.BootEnded(instance, wait);
            await KeepConsoleAsync(instance, cancellation);
        }
    }

    private async Task EndOrphansAsync(IReadOnlyList<FleetInstance> existing, CancellationToken cancellation)
    {
        var orphans = await ledger.OrphansAsync(
            [.. existing.Where(instance => !IsProtected(instance)).Select(instance => (instance.Id, IntentOf(instance)))],
            Silence,
            ListingGrace,
            cancellation);
        foreach (var orphan in orphans)
            log.OrphanFound(orphan);
        await TerminateAsync(existing, orphans, cancellation);
    }

    private async Task GiveUpAsync(IReadOnlyList<FleetInstance> existing, CancellationToken cancellation)
    {
        var overdue = await ledger.GiveUpAsync(settings.BootDeadline, cancellation);
        foreach (var instance in overdue)
        {
            log.BootFailed(instance, settings.BootDeadline);
            await KeepConsoleAsync(instance, cancellation);
        }
        await TerminateAsync(existing, overdue, cancellation);
    }

    private async Task KeepConsoleAsync(string instance, CancellationToken cancellation)
    {
        if (await cloud.ConsoleAsync(instance, cancellation) is { } console)
            await ledger.KeepConsoleAsync(instance, console, cancellation);
    }

    /// <summary>The only way in which the Manager ends an instance.</summary>
    private Task TerminateAsync(IReadOnlyList<FleetInstance> existing, IReadOnlyList<string> instances, CancellationToken cancellation)
    {
        var kept = existing.Where(IsProtected).Select(instance => instance.Id).ToHashSet();
        return cloud.TerminateAsync([.. instances.Where(instance => !kept.Contains(instance))], cancellation);
    }

    private static bool IsProtected(FleetInstance instance) => instance.Tags.ContainsKey(ProtectedTag);

    private static Guid? IntentOf(FleetInstance instance) =>
        Guid.TryParse(instance.Tags.GetValueOrDefault(FleetTags.Intent), out var intent) ? intent : null;
}
