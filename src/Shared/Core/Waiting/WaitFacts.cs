using TaskMesh.Core.Routing;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Core.Waiting;

/// <summary>Everything that decides why a task waits, as it stood at one moment.</summary>
/// <param name="Released">Whether its turn in its container has come.</param>
/// <param name="WaitsFor">What must end first, by name.</param>
/// <param name="MaxConcurrency">Of its container, if it has one.</param>
/// <param name="WakeAt">Until when it waits by itself.</param>
/// <param name="SentAt">When the queue took its message.</param>
public sealed record WaitFacts(
    DateTimeOffset Now,
    TaskState State,
    string? Reason,
    TaskState ContainerState,
    bool Released,
    IReadOnlyList<string> WaitsFor,
    int? MaxConcurrency,
    DateTimeOffset Deadline,
    DateTimeOffset? WakeAt = null,
    DateTimeOffset? LeaseUntil = null,
    DateTimeOffset? SentAt = null,
    string? Worker = null,
    WaitingPool? Pool = null,
    WaitingHold? Hold = null,
    WaitingRate? Rate = null,
    bool KillSwitch = false,
    WaitingFleet? Fleet = null,
    PacketShares? Packets = null);

/// <param name="Position">Its place among the tasks that wait for this pool, from 1; null if it is not among them.</param>
/// <param name="LiveWorkers">Of bare-metal pools; the others are launched by their queue.</param>
public sealed record WaitingPool(string Name, WorkerClass Class, int Window, int InFlight, long? Position, int LiveWorkers);

/// <param name="What">collection, organisation, pool or scan-window.</param>
public sealed record WaitingHold(string What, string Name, DateTimeOffset? Until, string Who, string Why);

/// <param name="Bucket">What its limit is shared by.</param>
public sealed record WaitingRate(string Bucket, DateTimeOffset Until);

/// <summary>What a scan may send, in packets a second.</summary>
/// <param name="Wanted">As it was told.</param>
/// <param name="PerNetwork">To any one network.</param>
/// <param name="Total">To all of them, as the rates of its organisation and its pool allow.</param>
/// <param name="Networks">How many it sends to.</param>
/// <param name="NetworkOthers">How many scans more send to one of them.</param>
/// <param name="TotalOthers">How many scans more its organisation, or its pool, has under way.</param>
/// <param name="IsPools">Whether its pool's rate allows less than its organisation's.</param>
public sealed record PacketShares(
    double Wanted, double PerNetwork, double Total, long Networks, int NetworkOthers, int TotalOthers, bool IsPools)
{
    public double Sendable => Math.Min(Total, PerNetwork * Networks);
}

/// <summary>Of the pool that workers are launched for.</summary>
/// <param name="Cap">How many instances there may be.</param>
/// <param name="Launching">How many were asked for and are not there yet.</param>
/// <param name="Refusals">What the newest launch that was refused throughout was told, cell by cell.</param>
/// <param name="RefusedAt">When that was.</param>
/// <param name="Held">Why nobody may launch for now; null if everybody may.</param>
/// <param name="CostCap">Why the cost ceiling lets no worker be launched; null if it does.</param>
public sealed record WaitingFleet(
    int Cap,
    int Launching,
    IReadOnlyList<string> Refusals,
    DateTimeOffset? RefusedAt,
    string? CostCap,
    string? Held = null,
    DateTimeOffset? HeldUntil = null);
