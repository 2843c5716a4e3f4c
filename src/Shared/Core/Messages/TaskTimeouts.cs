using TaskMesh.Core.Contract;
using TaskMesh.Core.Execution;
using TaskMesh.Core.Routing;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Core.Messages;

/// <summary>Time limits of one task, where its submitter asks for others than its kind has. The deadline is the collection's.</summary>
/// <param name="Queue">From dispatch to start; a task that is not started by then ends as Timeout.</param>
/// <param name="Run">From start to end of one attempt; no longer than the kind allows.</param>
/// <param name="Heartbeat">How long a worker may be silent before its attempt counts as lost.</param>
public sealed record TaskTimeouts(TimeSpan? Queue = null, TimeSpan? Run = null, TimeSpan? Heartbeat = null)
{
    public static readonly TimeSpan LongestHeartbeat = TimeSpan.FromHours(1);

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    /// <summary>What is wrong with them for a task of this kind.</summary>
    public IEnumerable<string> Problems(TaskEntry entry)
    {
        if (TaskRouter.Route(entry.Requirements) == WorkerClass.External && (Queue ?? Heartbeat) is not null)
            yield return $"timeouts: '{entry.Kind}' runs on External workers, which report neither start nor heartbeat; only run can be given";
        if (Queue < Shortest)
            yield return $"timeouts.queue: {Duration.Write(Queue.Value)} is shorter than {Duration.Write(Shortest)}";
        if (Run is { } run && (run < Shortest || run > entry.RunTimeout))
            yield return $"timeouts.run: {Duration.Write(run)} is not from {Duration.Write(Shortest)} to {Duration.Write(entry.RunTimeout)}";
        if (Heartbeat is { } heartbeat && (heartbeat < LeaseKeeper.LeaseTime || heartbeat > LongestHeartbeat))
        {
            yield return $"timeouts.heartbeat: {Duration.Write(heartbeat)} is not from "
                + $"{Duration.Write(LeaseKeeper.LeaseTime)} to {Duration.Write(LongestHeartbeat)}";
        }
    }
}
