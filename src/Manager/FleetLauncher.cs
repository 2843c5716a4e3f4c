using System.Globalization;
using TaskMesh.Core;
using TaskMesh.Core.Fleet;
using TaskMesh.Core.Ports;

namespace TaskMesh.Manager;

/// <summary>
/// Launches as many bare-metal workers as the work needs. What it asks of the cloud is written down before it is asked, so that an answer that
/// was lost is asked for again with the same token and never launches twice.
/// </summary>
public sealed class FleetLauncher(
    IFleetLedger ledger, IComputeFleet cloud, FleetSettings settings, IdSource ids, TimeProvider clock, Random random, ManagerLog log)
{
    /// <summary>An unclear answer is asked for again at once, then after this.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(5);

    /// <summary>How soon to look whether a worker that leaves is gone, when its slot is waited for.</summary>
    private static readonly TimeSpan SlotPatience = TimeSpan.FromSeconds(5);

    /// <summary>Never fails its caller: tasks wait, and the next tick tries again.</summary>
    /// <returns>In how long to try again; null if the tick will do.</returns>
    public async Task<TimeSpan?> EnsureWorkersAsync(CancellationToken cancellation)
    {
        try
        {
            var demand = await ledger.DemandAsync(settings.Configuration, settings.CountUpTo, cancellation);
            if (FleetPolicy.WaitsForSlot(demand, settings.TasksPerWorker, settings.MinimumAt(clock.GetUtcNow())))
                return await ledger.RemindAsync(SlotPatience, cancellation) ? SlotPatience : null;
            if (Needed(demand) == 0)
                return null;
            var memory = new LaunchMemory(await ledger.RefusalsAsync(settings.Configuration, cancellation), settings.TemplateType);
            var cells = settings.Cells.Where(cell => memory.Skips(cell) is null).ToArray();
            if (cells.Length == 0)
                return null;
            var types = await TypesAsync(cancellation);
            var dear = cells.All(cell => TooDear(types, cell) is not null) ? TooDear(types, cells[0]) : null;
            await ledger.TellCostAsync(dear, cancellation);
            if (dear is not null)
                return null;
            var intents = await ledger.TakeSlotsAsync(settings.Configuration, settings.CountUpTo, Needed, ids.Next, cancellation);
            return await LaunchAllAsync([.. intents.Select(intent => new OpenLaunch(intent, 0, null))], memory, cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            log.FleetFailed(e);
            return null;
        }
    }

    /// <summary>Goes on with launches that others have left open: with the very request that was asked last.</summary>
    public async Task<TimeSpan?> GoOnAsync(IReadOnlyList<OpenLaunch> open, CancellationToken cancellation) => open.Count == 0
        ? null
        : await LaunchAllAsync(
            open, new LaunchMemory(await ledger.RefusalsAsync(settings.Configuration, cancellation), settings.TemplateType), cancellation);

    private int Needed(FleetDemand demand) =>
        FleetPolicy.Needed(demand, settings.TasksPerWorker, settings.MinimumAt(clock.GetUtcNow()));

    private async Task<TimeSpan?> LaunchAllAsync(IReadOnlyList<OpenLaunch> open, LaunchMemory memory, CancellationToken cancellation)
    {
        TimeSpan? again = null;
        var held = false;
        foreach (var launch in open)
        {
            if (held && launch.Request is null)
            {
                await ledger.EndIntentAsync(launch.Intent, null, "held", cancellation);
                continue;
            }
            var ended = await LaunchAsync(launch, memory, cancellation);
            held |= ended.Held;
            again = Sooner(again, ended.Again);
        }
        return again;
    }

    /// <summary>Tries the cells in order until one launches. An unknown outcome ends the round: only the same request can resolve it.</summary>
    private async Task<(bool Held, TimeSpan? Again)> LaunchAsync(OpenLaunch launch, LaunchMemory memory, CancellationToken cancellation)
    {
        var (intent, first, repeated) = launch;
        var dear = (string?)null;
        var last = (CellRefusal?)null;
        var types = (IReadOnlyList<string?>?)null;
        for (var ordinal = first; ordinal < settings.Cells.Count || repeated is not null; ordinal++)
        {
            var request = repeated is null
                ? RequestFor(intent, settings.Cells[ordinal])
                : repeated with { Tags = TagsOf(intent, repeated.Template) };
            // What was asked may run already: neither cost nor memory is a question any more.
            var isNew = repeated is null;
            repeated = null;
            if (isNew && memory.Skips(request.Cell) is { } skipped)
            {
                last = skipped;
                continue;
            }
            if (isNew && TooDear(types ??= await TypesAsync(cancellation), request.Cell) is { } reason)
            {
                dear ??= reason;
                continue;
            }
            if (!await ledger.BeginAttemptAsync(intent, ordinal, request, settings.PriceOf(request.Cell), cancellation))
                return (false, null);
            if (isNew && settings.Cost.Refusal(await TypesAsync(cancellation)) is { } late)
            {
                await ledger.EndAttemptAsync(intent, ordinal, new LaunchAnswer.Refused(CostGuard.Code, late, null), cancellation);
                (dear, last) = (late, null);
                break;
            }
            var answer = await cloud.LaunchAsync(request, cancellation);
            if (answer is LaunchAnswer.Unknown)
                answer = await cloud.LaunchAsync(request, cancellation);
            await ledger.EndAttemptAsync(intent, ordinal, answer, cancellation);
            switch (answer)
            {
                case LaunchAnswer.Launched launched:
                    await ledger.EndIntentAsync(intent, launched.Instance, "launched", cancellation);
                    log.Launched(launched.Instance.Id, launched.Instance.InstanceType);
                    return (false, null);
                case LaunchAnswer.Refused refused when LaunchDecision.After(refused.Class) == LaunchStep.NextCell:
                    last = new CellRefusal(request.Cell, refused.Class, refused.Code, TimeSpan.Zero);
                    memory.Add(last);
                    Tell(request.Cell, refused);
                    break;
                case LaunchAnswer.Refused { Class: RefusalClass.TokenReused } refused:
                    Tell(request.Cell, refused);
                    return (false, null);
                case LaunchAnswer.Refused refused:
                    Tell(request.Cell, refused);
                    return (true, await HoldAsync(intent, refused, cancellation));
                case LaunchAnswer.Unknown unknown:
                    log.LaunchUnknown(unknown.Reason);
                    return (false, AskAgain);
            }
        }
        var tooDear = dear is not null && last is null;
        await ledger.EndIntentAsync(intent, null, tooDear ? $"{CostGuard.Code}: {dear}" : "every cell refused", cancellation);
        if (tooDear)
            await ledger.TellCostAsync(dear, cancellation);
        return (tooDear, null);
    }

    private async Task<TimeSpan?> HoldAsync(LaunchIntent intent, LaunchAnswer.Refused refused, CancellationToken cancellation)
    {
        await ledger.EndIntentAsync(intent, null, refused.Code, cancellation);
        var wait = await ledger.HoldAsync(
            refused.Class,
            refused.Code,
            refused.Message,
            LaunchDecision.EndsWithConfiguration(refused.Class) ? settings.Configuration : null,
            earlier => LaunchDecision.Wait(refused.Class, earlier, random.NextDouble()),
            cancellation);
        return refused.Class == RefusalClass.SlowDown ? wait : null;
    }

    private void Tell(LaunchCell cell, LaunchAnswer.Refused refused)
    {
        if (LaunchDecision.IsAlarm(refused.Class))
            log.LaunchStopped($"{cell}", refused.Code, refused.Message, refused.RequestId);
        else if (refused.Class == RefusalClass.Unlisted)
            log.LaunchCodeUnknown($"{cell}", refused.Code, refused.Message, refused.RequestId);
        else
            log.LaunchRefused($"{cell}", refused.Code, refused.Message);
    }

    private LaunchRequest RequestFor(LaunchIntent intent, LaunchCell cell) => new(
        LaunchPlan.Token(intent.Id, cell),
        settings.LaunchTemplate,
        settings.LaunchTemplateVersion,
        cell.InstanceType,
        cell.Subnet,
        TagsOf(intent, settings.LaunchTemplate),
        cell.Market);

    private static Dictionary<string, string> TagsOf(LaunchIntent intent, string template) => new()
    {
        [FleetTags.App] = FleetTags.AppName,
        [FleetTags.Mesh] = template,
        [FleetTags.Intent] = intent.Id.ToString(),
        [FleetTags.Slot] = intent.Slot.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>
    /// Also read when the request is in the ledger and not yet with the cloud: of two Managers at the same moment each sees the other's, so that
    /// they never pass the ceiling together.
    /// </summary>
    private async Task<IReadOnlyList<string?>> TypesAsync(CancellationToken cancellation) =>
        settings.Cost.Cap is null ? [] : await ledger.TypesAsync(cancellation);

    private string? TooDear(IReadOnlyList<string?> types, LaunchCell cell) => settings.Cost.Refusal([.. types, cell.InstanceType]);

    private static TimeSpan? Sooner(TimeSpan? left, TimeSpan? right) => left is null || right < left ? right ?? left : left;
}
