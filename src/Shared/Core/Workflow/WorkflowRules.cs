using System.Diagnostics;
using TaskMesh.Core.Messages;

namespace TaskMesh.Core.Workflow;

/// <summary>The decisions of the Manager: values in, moves out. No clock, no database, no randomness of its own.</summary>
public static class WorkflowRules
{
    /// <summary>Before an attempt whose surroundings failed, so that a broken outside is not asked in a tight loop.</summary>
    public static readonly TimeSpan InfrastructureWait = TimeSpan.FromSeconds(2);

    /// <summary>What an attempt's outcome makes of its task.</summary>
    /// <param name="failures">How often the task failed before.</param>
    /// <param name="left">Time until the task's deadline.</param>
    /// <param name="fraction">A random number from 0 to 1, for the jitter.</param>
    public static TaskMove AfterAttempt(TaskOutcome outcome, int failures, RetryPolicy retry, TimeSpan left, double fraction) =>
        Move(outcome, failures, retry, left, fraction) with { Stack = (outcome as TaskOutcome.Failed)?.Stack };

    private static TaskMove Move(TaskOutcome outcome, int failures, RetryPolicy retry, TimeSpan left, double fraction) => outcome switch
    {
        TaskOutcome.Succeeded { Children: { Count: < 0 or > Generated.MostChildren } children } =>
            new(TaskState.Failed, failures + 1, Reason: $"made {children.Count} children; 0 to {Generated.MostChildren} are possible"),
        TaskOutcome.Succeeded { Children.Count: > 0 } => new(TaskState.PendingTaskCreation, failures),
        TaskOutcome.Succeeded => new(TaskState.Succeeded, failures),
        TaskOutcome.Yielded yielded => Later(new(TaskState.Pending, failures, yielded.After, "yielded", yielded.Checkpoint), left),
        TaskOutcome.Failed { ErrorClass: ErrorClass.Fatal } failed => new(TaskState.Failed, failures + 1, Reason: failed.Message),
        TaskOutcome.Failed { ErrorClass: ErrorClass.Infrastructure } failed =>
            Later(new(TaskState.Pending, failures, failed.RetryAfter ?? InfrastructureWait * fraction, failed.Message), left),
        TaskOutcome.Failed failed => AfterFailure(TaskState.Failed, failed.Message, failed.RetryAfter, failures + 1, retry, left, fraction),
        TaskOutcome.TimedOut timedOut =>
            AfterFailure(TaskState.Timeout, $"ran longer than {Duration.Write(timedOut.Limit)}", null, failures + 1, retry, left, fraction),
        _ => throw new UnreachableException($"{outcome.GetType()}"),
    };

    /// <summary>
    /// What becomes of a generator that waits for its children; null while it waits. More children than declared are those of an attempt that
    /// made other ones: they can never add up.
    /// </summary>
    /// <param name="open">Whether the container that it fills still takes children.</param>
    public static TaskMove? AfterCreation(ChildCount declared, ChildCount created, int failures, bool open)
    {
        if (created.Count > declared.Count)
        {
            return new(
                TaskState.Failed,
                failures + 1,
                Reason: $"its attempts made {created.Count} different children, the last one declared {declared.Count}");
        }
        return created == declared || !open ? new(TaskState.Succeeded, failures) : null;
    }

    /// <summary>The state that a container closes with, or null while it is open.</summary>
    /// <param name="children">How many it will have; null while a generator may still add some.</param>
    public static TaskState? Close(CompletionPolicy policy, int? children, Tally tally) => policy switch
    {
        CompletionPolicy.All when tally.Timeout > 0 => TaskState.Timeout,
        CompletionPolicy.All when tally.Bad > 0 => TaskState.Failed,
        CompletionPolicy.Tolerate tolerate when tally.Bad > tolerate.Limit(children) => TaskState.Failed,
        _ when children is null || tally.Ended < children => null,
        CompletionPolicy.BestEffort when tally.Bad > 0 && tally.Succeeded + tally.PartiallyFailed == 0 => TaskState.Failed,
        _ => tally.Bad + tally.PartiallyFailed > 0 ? TaskState.PartiallyFailed : TaskState.Succeeded,
    };

    private static TaskMove AfterFailure(
        TaskState last, string reason, TimeSpan? retryAfter, int failures, RetryPolicy retry, TimeSpan left, double fraction) =>
        failures >= retry.MaxFailures
            ? new(last, failures, Reason: reason)
            : Later(new(TaskState.Pending, failures, retryAfter ?? retry.Delay(failures, fraction), reason), left);

    /// <summary>A wait that ends after the deadline is no wait.</summary>
    private static TaskMove Later(TaskMove move, TimeSpan left) =>
        move.Wait < left ? move : new(TaskState.Timeout, move.Failures, Reason: $"deadline before the next attempt; last: {move.Reason}");
}
