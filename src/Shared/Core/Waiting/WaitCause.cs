namespace TaskMesh.Core.Waiting;

/// <summary>Why a task does not run, or does not run any more.</summary>
public enum WaitCause
{
    Ended,

    /// <summary>Its container has closed; the sweep moves it.</summary>
    Closed,

    /// <summary>A generator whose children are not all there.</summary>
    Children,

    Running,

    /// <summary>It runs, and sends slower than it was told, since it shares a rate of packets.</summary>
    PacketRate,

    /// <summary>Its worker has not been heard of for a lease.</summary>
    LostLease,

    DeadlinePassed,

    /// <summary>Something before it in a sequence has not ended.</summary>
    Dependency,

    /// <summary>As many of its siblings run as may at once.</summary>
    Concurrency,

    NoPool,
    KillSwitch,
    ScanWindow,
    Pause,
    RateLimit,

    /// <summary>After a failure.</summary>
    BackOff,

    /// <summary>It gave its slot back for a time.</summary>
    Yield,

    /// <summary>The cost ceiling lets no worker be launched.</summary>
    CostCap,

    /// <summary>Nobody would launch a worker.</summary>
    LaunchRefused,

    /// <summary>A worker was asked for and is not there yet.</summary>
    Launching,

    /// <summary>There is no worker for it, and none was asked for yet.</summary>
    NoWorker,

    /// <summary>The queue has not taken its message yet.</summary>
    Unsent,

    /// <summary>Its message is in the queue.</summary>
    Queued,

    /// <summary>Its pool has no room; others go first.</summary>
    Capacity,

    /// <summary>Nothing holds it back.</summary>
    Ready,
}
