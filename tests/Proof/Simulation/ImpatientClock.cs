namespace TaskMesh.Proof.Simulation;

/// <summary>Tells the virtual time and waits in real time, shortly: for short waits amid calls that really take time.</summary>
internal sealed class ImpatientClock(TimeProvider time) : TimeProvider
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(20);

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, dueTime < LongestWait ? dueTime : LongestWait, Timeout.InfiniteTimeSpan);
}
