using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Workflow;
using TaskMesh.Proof.Checking;

namespace TaskMesh.Proof.Kinds;

/// <summary>Work that does as it is told: takes its time, yields, fails, and writes one effect if it has a database.</summary>
internal sealed class Step<TPlace> : ITaskDefinition<StepInput, StepOutput>
    where TPlace : IPlace
{
    private static readonly TimeSpan YieldFor = TimeSpan.FromSeconds(5);

    public static string Kind => TPlace.Kind;

    public static string Summary => "Does as it is told.";

    public static WorkerRequirements Requirements => TPlace.Requirements;

    public static RetryPolicy Retry => new(10, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(20));

    public static TimeSpan RunTimeout => TimeSpan.FromMinutes(2);

    public static JsonTypeInfo<StepInput> InputJson => StepJson.Default.StepInput;

    public static JsonTypeInfo<StepOutput> OutputJson => StepJson.Default.StepOutput;

    public static async Task<TaskResult<StepOutput>> ExecuteAsync(StepInput input, TaskContext context)
    {
        if (input.Millis > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(input.Millis), context.Clock, context.Cancellation);
        var yields = context.Checkpoint?.GetInt32() ?? 0;
        if (yields < input.Yields)
            return new TaskResult<StepOutput>.Yield(YieldFor, JsonElement.Parse($"{yields + 1}"));
        if (input.Fatal)
            return new TaskResult<StepOutput>.Fail(ErrorClass.Fatal, Checker.Planned);
        if (input.Failures > 0 && StepLog.Failures.AddOrUpdate(context.TaskId, 1, (_, failed) => failed + 1) <= input.Failures)
            return new TaskResult<StepOutput>.Fail(ErrorClass.Retryable, Checker.Planned);
        if (Requirements.HasFlag(WorkerRequirements.TaskDataAccess))
            await context.TaskData.AppendResultAsync(JsonElement.Parse("true"), context.Cancellation);
        else
            StepLog.Executions.AddOrUpdate(context.TaskId, 1, (_, times) => times + 1);
        if (input.MillisAfter > 0)
            await Task.Delay(TimeSpan.FromMilliseconds(input.MillisAfter), context.Clock, context.Cancellation);
        return new StepOutput(input.Seen ?? 0);
    }
}

/// <summary>What steps remember beyond one execution, by the ids of their tasks.</summary>
internal static class StepLog
{
    public static ConcurrentDictionary<Guid, int> Failures { get; } = new();

    /// <summary>Of workers without a database.</summary>
    public static ConcurrentDictionary<Guid, int> Executions { get; } = new();

    /// <summary>What is known of these tasks, and from now on is not: another run of a seed has tasks of the same ids.</summary>
    public static IReadOnlyList<Guid> Forget(IReadOnlyCollection<Guid> tasks)
    {
        var executions = new List<Guid>();
        foreach (var task in tasks)
        {
            Failures.TryRemove(task, out _);
            if (Executions.TryRemove(task, out var times))
                executions.AddRange(Enumerable.Repeat(task, times));
        }
        return executions;
    }
}
