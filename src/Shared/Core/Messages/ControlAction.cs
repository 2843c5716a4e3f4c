using System.Globalization;
using System.Text.Json.Serialization;
using TaskMesh.Core.Scheduling;
using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Messages;

/// <summary>What a <see cref="Control"/> message asks for.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Cancel), nameof(Cancel))]
[JsonDerivedType(typeof(Pause), nameof(Pause))]
[JsonDerivedType(typeof(Resume), nameof(Resume))]
[JsonDerivedType(typeof(SetScope), nameof(SetScope))]
[JsonDerivedType(typeof(SetScanWindows), nameof(SetScanWindows))]
[JsonDerivedType(typeof(KillSwitch), nameof(KillSwitch))]
[JsonDerivedType(typeof(Replay), nameof(Replay))]
[JsonDerivedType(typeof(RunAgain), nameof(RunAgain))]
[JsonDerivedType(typeof(SetPool), nameof(SetPool))]
[JsonDerivedType(typeof(SetLimits), nameof(SetLimits))]
[JsonDerivedType(typeof(SetNetworkRate), nameof(SetNetworkRate))]
[JsonDerivedType(typeof(SetSchedule), nameof(SetSchedule))]
[JsonDerivedType(typeof(RemoveSchedule), nameof(RemoveSchedule))]
[JsonDerivedType(typeof(PauseSchedule), nameof(PauseSchedule))]
[JsonDerivedType(typeof(RunSchedule), nameof(RunSchedule))]
public abstract record ControlAction
{
    private ControlAction()
    {
    }

    /// <summary>Ends a collection, a container with all below it, or a task: what waits never starts, what runs is told to stop.</summary>
    public sealed record Cancel(Guid Target) : ControlAction;

    /// <summary>What is in flight finishes, nothing new starts.</summary>
    /// <param name="Name">Of the pool or organisation; the id of the collection.</param>
    public sealed record Pause(PauseTarget What, string Name) : ControlAction;

    public sealed record Resume(PauseTarget What, string Name) : ControlAction;

    /// <summary>Replaces an organisation's scope; collections that exist keep the snapshot that they were created with.</summary>
    public sealed record SetScope(ScanScope Scope, string Organisation = CreateCollection.DefaultOrganisation) : ControlAction;

    /// <summary>Replaces the times at which an organisation's raw tasks may run; none allows any time.</summary>
    public sealed record SetScanWindows(
        IReadOnlyList<ScanWindow> Windows, string Organisation = CreateCollection.DefaultOrganisation) : ControlAction;

    /// <summary>Stands above every scope: while it is on, no probe is sent and no raw task starts.</summary>
    public sealed record KillSwitch(bool On) : ControlAction;

    /// <summary>Sets how much a pool may do at once. What is null stays; where both are, the slots go back to the configuration.</summary>
    /// <param name="Slots">Tasks that may run. 0 lets nothing new start.</param>
    /// <param name="PacketsPerSecond">Of all its scans together; 0 for no limit.</param>
    public sealed record SetPool(string Pool, int? Slots = null, int? PacketsPerSecond = null) : ControlAction;

    /// <summary>Sets how much an organisation may have at once; what is null has no limit.</summary>
    /// <param name="MostWaiting">Tasks in line for room.</param>
    /// <param name="MostTasks">Tasks that a collection may be submitted with, and that its generators may make.</param>
    /// <param name="PacketsPerSecond">Of all its scans together.</param>
    /// <param name="RescanInterval">How long the same scan may not be submitted again.</param>
    public sealed record SetLimits(
        string Organisation = CreateCollection.DefaultOrganisation,
        int? MostWaiting = null,
        int? MostTasks = null,
        int? PacketsPerSecond = null,
        TimeSpan? RescanInterval = null) : ControlAction;

    /// <summary>Sets how many packets a second any one network (IPv4 /24, IPv6 /48) may get from all scans of all organisations.</summary>
    public sealed record SetNetworkRate(int PacketsPerSecond) : ControlAction;

    /// <summary>Makes a schedule, or replaces the one of that name.</summary>
    public sealed record SetSchedule(Schedule Schedule) : ControlAction;

    /// <param name="CancelRuns">Whether its last runs end too.</param>
    public sealed record RemoveSchedule(string Name, bool CancelRuns = false) : ControlAction;

    /// <param name="Paused">False lets it go on; what was due in the meantime is not made up for.</param>
    public sealed record PauseSchedule(string Name, bool Paused) : ControlAction;

    /// <summary>Runs it at once, beside its rhythm.</summary>
    /// <param name="Organisation">Null for all that it is for.</param>
    public sealed record RunSchedule(string Name, string? Organisation = null) : ControlAction
    {
        /// <summary>Of what it submits for an organisation.</summary>
        public static Guid IdOf(Guid control, string name, string organisation) => DerivedId.OfPart(control, $"schedule/{name}/{organisation}");
    }

    /// <summary>
    /// Does again what failed for good: each task becomes a new one in a collection of its own, each message that was put aside is read once more.
    /// </summary>
    /// <param name="Tasks">Dead letters, by task.</param>
    /// <param name="Messages">Of the quarantine, by number.</param>
    /// <param name="Number">What was replayed under this number or a higher one before is not replayed again.</param>
    public sealed record Replay(IReadOnlyList<Guid> Tasks, IReadOnlyList<long> Messages, int Number = 1) : ControlAction;

    /// <summary>Runs a collection that has ended again from its beginning, as a new one.</summary>
    /// <param name="Number">The new one's id follows from the old one's and this: the same number twice runs it once.</param>
    public sealed record RunAgain(Guid Collection, int Number = 1) : ControlAction
    {
        /// <summary>Of the new collection.</summary>
        public static Guid IdOf(Guid collection, int number) =>
            DerivedId.OfPart(collection, string.Create(CultureInfo.InvariantCulture, $"again/{number}"));
    }
}

/// <summary>What can be paused.</summary>
[JsonConverter(typeof(StrictEnumConverter<PauseTarget>))]
public enum PauseTarget
{
    Collection,
    Organisation,
    Pool,
}
