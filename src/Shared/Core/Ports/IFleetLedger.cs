using TaskMesh.Core.Fleet;

namespace TaskMesh.Core.Ports;

/// <summary>What was asked of the cloud and what it said. Its slots are the cap: there is never an instance without one.</summary>
public interface IFleetLedger
{
    /// <param name="configuration">What was refused for its own faults is not held against another configuration.</param>
    /// <param name="countUpTo">Work is counted no further.</param>
    Task<FleetDemand> DemandAsync(string configuration, int countUpTo, CancellationToken cancellation);

    /// <summary>Takes free slots, one intent each. Nobody else decides between the count of the demand and the taking.</summary>
    Task<IReadOnlyList<LaunchIntent>> TakeSlotsAsync(
        string configuration, int countUpTo, Func<FleetDemand, int> needed, Func<Guid> newId, CancellationToken cancellation);

    /// <summary>What cells were told that may still stand.</summary>
    Task<IReadOnlyList<CellRefusal>> RefusalsAsync(string configuration, CancellationToken cancellation);

    /// <summary>Written before the cloud is asked, so that a crash in between leaves the request to ask again with.</summary>
    /// <param name="price">An hour; null if nobody knows.</param>
    /// <returns>False if the intent is another Manager's by now, or has ended.</returns>
    Task<bool> BeginAttemptAsync(LaunchIntent intent, int ordinal, LaunchRequest request, decimal? price, CancellationToken cancellation);

    Task EndAttemptAsync(LaunchIntent intent, int ordinal, LaunchAnswer answer, CancellationToken cancellation);

    /// <summary>With an instance the slot boots, without one it is free again.</summary>
    Task EndIntentAsync(LaunchIntent intent, FleetInstance? instance, string outcome, CancellationToken cancellation);

    /// <summary>The type of each instance that runs or was asked for and may run; null is the launch template's own.</summary>
    Task<IReadOnlyList<string?>> TypesAsync(CancellationToken cancellation);

    /// <summary>Nobody launches for a while.</summary>
    /// <param name="configuration">Only those with this configuration; null means all.</param>
    /// <param name="wait">Given how many launches in a row were throttled before, or how many boots failed.</param>
    /// <returns>That while.</returns>
    Task<TimeSpan> HoldAsync(
        RefusalClass refusal, string code, string message, string? configuration, Func<int, TimeSpan> wait, CancellationToken cancellation);

    /// <summary>Keeps for those who ask why the cost ceiling lets no worker be launched; null that it does.</summary>
    Task TellCostAsync(string? refusal, CancellationToken cancellation);

    /// <summary>Whether nobody has said yet that the fleet is to be looked after then.</summary>
    Task<bool> RemindAsync(TimeSpan after, CancellationToken cancellation);

    /// <summary>Takes over intents that nobody works on: the answer was unclear, or none was written for so long that the asker is gone.</summary>
    Task<IReadOnlyList<OpenLaunch>> TakeOverAsync(TimeSpan unanswered, CancellationToken cancellation);

    /// <summary>Ends open intents whose instance exists, as its tag tells, and those whose token was another launch's.</summary>
    Task AdoptAsync(IReadOnlyCollection<(Guid Intent, FleetInstance Instance)> existing, TimeSpan grace, CancellationToken cancellation);

    /// <summary>
    /// Frees slots whose instance has ended, or is missing although it had time to appear and its worker is silent. Ends the leases of its worker.
    /// </summary>
    /// <param name="age">Of the list: who came after it was asked for is no more missing for it.</param>
    Task<IReadOnlyList<GoneInstance>> FreeGoneAsync(
        IReadOnlyCollection<string> existing, IReadOnlyCollection<string> ended, TimeSpan age, TimeSpan grace, CancellationToken cancellation);

    /// <summary>So many workers do not leave for want of work.</summary>
    Task SetMinimumAsync(int minimum, CancellationToken cancellation);

    /// <summary>Gives up instances whose worker has not reported by the deadline; if it reports now, it is refused.</summary>
    Task<IReadOnlyList<string>> GiveUpAsync(TimeSpan bootDeadline, CancellationToken cancellation);

    Task KeepConsoleAsync(string instance, string console, CancellationToken cancellation);

    /// <summary>
    /// Of these instances, those that belong to nobody: no intent knows them, or their worker was not heard of for <paramref name="silence"/>.
    /// Marks them; what was marked a grace ago and belongs to nobody still is told.
    /// </summary>
    Task<IReadOnlyList<string>> OrphansAsync(
        IReadOnlyCollection<(string Instance, Guid? Intent)> existing, TimeSpan silence, TimeSpan grace, CancellationToken cancellation);
}
