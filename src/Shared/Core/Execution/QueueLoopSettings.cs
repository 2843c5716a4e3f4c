namespace TaskMesh.Core.Execution;

/// <param name="Parallelism">How many tasks run at once, at least 1.</param>
/// <param name="PollWait">How long one receive waits for messages; SQS allows 20 s.</param>
/// <param name="IdleTimeout">After this time without work the worker asks whether it may leave.</param>
/// <param name="Grace">What running tasks get to finish once the worker is told to stop.</param>
public sealed record QueueLoopSettings(int Parallelism, TimeSpan PollWait, TimeSpan IdleTimeout, TimeSpan Grace)
{
    /// <summary>What one SQS receive may bring.</summary>
    public const int LargestReceive = 10;
}
