using System.Text.Json;
using TaskMesh.Core.Messages;

namespace TaskMesh.Core.Ports;

/// <summary>Where a worker with a database says which attempt it runs. The database's clock decides.</summary>
public interface ITaskLeases
{
    /// <summary>Starts attempts: one answer per task, in the order asked.</summary>
    Task<IReadOnlyList<ClaimAnswer>> ClaimAsync(IReadOnlyList<RunTask> tasks, CancellationToken cancellation);

    /// <summary>Starts an attempt beside which nothing runs in this process.</summary>
    Task<ClaimAnswer> ClaimAloneAsync(RunTask task, CancellationToken cancellation);

    /// <summary>Extends the leases that this worker still holds; the tasks that are missing in the answer must stop.</summary>
    Task<IReadOnlySet<Guid>> RenewAsync(IReadOnlyList<Lease> leases, CancellationToken cancellation);

    /// <summary>Of attempts that this worker runs: those that must end, and why.</summary>
    Task<IReadOnlyDictionary<Guid, StopCause>> StopsAsync(IReadOnlyList<Lease> leases, CancellationToken cancellation);
}

/// <summary>Why an attempt that runs must end.</summary>
public enum StopCause
{
    /// <summary>It is nobody's any more: cancelled, taken over, its container closed.</summary>
    Lost,

    /// <summary>No packet may leave: it saves its position and comes back when the switch is off.</summary>
    KillSwitch,

    /// <summary>The time for scans is over: it saves its position and comes back when the next window opens.</summary>
    ScanWindow,

    /// <summary>It takes much longer than its siblings and others are idle: it saves its position, and they share what is left.</summary>
    Straggler,

    /// <summary>The database has not answered for too long to know that packets may leave.</summary>
    Unknown,
}

/// <summary>What became of an attempt to claim.</summary>
public abstract record ClaimAnswer
{
    private ClaimAnswer()
    {
    }

    /// <summary>Run it, under this lease. After a takeover the attempt and nonce are new.</summary>
    /// <param name="TimeLeft">Until its deadline, by the database's clock.</param>
    public sealed record Claimed(Lease Lease, JsonElement? Checkpoint, TimeSpan TimeLeft) : ClaimAnswer;

    /// <summary>A worker was lost with it, perhaps by its doing: it is claimed where nothing runs beside it, or not here.</summary>
    public sealed record Alone : ClaimAnswer
    {
        public static Alone Instance { get; } = new();
    }

    /// <summary>Another worker runs it: the message stays, in case that worker dies.</summary>
    public sealed record Busy(TimeSpan LeaseLeft) : ClaimAnswer;

    /// <summary>Ended, cancelled, or dispatched anew: the message is of no use any more.</summary>
    public sealed record Superseded : ClaimAnswer
    {
        public static Superseded Instance { get; } = new();
    }
}

public sealed record Lease(Guid Task, int Attempt, Guid Nonce);
