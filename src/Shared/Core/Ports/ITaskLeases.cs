using System.Text.Json;
using TaskMesh.Core.Messages;

namespace TaskMesh.Core.Ports;

/// <summary>Where a worker with a database says which attempt it runs. The database's clock decides.</summary>
public interface ITaskLeases
{
    /// <summary>Starts attempts: one answer per task, in the order asked.</summary>
    Task<IReadOnlyList<ClaimAnswer>> ClaimAsync(IReadOnlyList<RunTask> tasks, CancellationToken cancellation);

    /// <summary>Extends the leases that this worker still holds; the tasks that are missing in the answer must stop.</summary>
    Task<IReadOnlySet<Guid>> RenewAsync(IReadOnlyList<Lease> leases, CancellationToken cancellation);
}

/// <summary>What became of an attempt to claim.</summary>
public abstract record ClaimAnswer
{
    private ClaimAnswer()
    {
    }

    /// <summary>Run it, under this lease. After a takeover the attempt and nonce are new.</summary>
    public sealed record Claimed(Lease Lease, JsonElement? Checkpoint) : ClaimAnswer;

    /// <summary>Another worker runs it: the message stays, in case that worker dies.</summary>
    public sealed record Busy(TimeSpan LeaseLeft) : ClaimAnswer;

    /// <summary>Ended, cancelled, or dispatched anew: the message is of no use any more.</summary>
    public sealed record Superseded : ClaimAnswer
    {
        public static Superseded Instance { get; } = new();
    }
}

public sealed record Lease(Guid Task, int Attempt, Guid Nonce);
