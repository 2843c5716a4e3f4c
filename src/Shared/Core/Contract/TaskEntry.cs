using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Core.Contract;

/// <summary>One row of the catalogue: a task kind with its types erased at compile time, without reflection.</summary>
public sealed record TaskEntry(
    string Kind,
    string Summary,
    WorkerRequirements Requirements,
    TimeSpan RunTimeout,
    RetryPolicy Retry,
    string? RateLimit,
    string? CleanUp,
    CutTask? Cut,
    IReadOnlyList<string> InputFields,
    IReadOnlyList<string> OutputFields,
    CheckInput Check,
    ForeseeInput Foresee,
    ExecuteTask ExecuteAsync)
{
    public static TaskEntry Of<TTask, TInput, TOutput>()
        where TTask : ITaskDefinition<TInput, TOutput> =>
        new(
            TTask.Kind,
            TTask.Summary,
            TTask.Requirements,
            TTask.RunTimeout,
            TTask.Retry,
            TTask.RateLimit,
            TTask.CleanUp,
            TTask.Cut,
            Fields(TTask.InputJson),
            Fields(TTask.OutputJson),
            CheckAs<TTask, TInput, TOutput>,
            ForeseeAs<TTask, TInput, TOutput>,
            ExecuteAs<TTask, TInput, TOutput>);

    private static InputCheck CheckAs<TTask, TInput, TOutput>(JsonElement input)
        where TTask : ITaskDefinition<TInput, TOutput> =>
        Decode<TTask, TInput, TOutput>(input).Check;

    /// <summary>Nothing can be foreseen from values that an earlier task is yet to return.</summary>
    private static Forecast? ForeseeAs<TTask, TInput, TOutput>(JsonElement input)
        where TTask : ITaskDefinition<TInput, TOutput> =>
        Decode<TTask, TInput, TOutput>(input) is ({ } typed, { Problems.Count: 0 }) ? TTask.Foresee(typed) : null;

    private static (TInput? Input, InputCheck Check) Decode<TTask, TInput, TOutput>(JsonElement input)
        where TTask : ITaskDefinition<TInput, TOutput>
    {
        var check = new InputCheck();
        var typed = InputReader.Read(TTask.Kind, TTask.InputJson, input, check);
        if (typed is not null)
            TTask.Check(typed, check);
        return (typed, check);
    }

    private static async Task<TaskOutcome> ExecuteAs<TTask, TInput, TOutput>(
        RunTask run, WorkerCapabilities offered, RunSignals signals, TimeProvider clock)
        where TTask : ITaskDefinition<TInput, TOutput>
    {
        var (input, check) = Decode<TTask, TInput, TOutput>(run.Input);
        var context = new TaskContext(run, TTask.Requirements, offered, signals, clock);
        string[] problems = [.. check.Problems, .. check.OutOfScope(context.Scope, clock.GetUtcNow())];
        if (input is null || problems.Length > 0)
            return new TaskOutcome.Failed(ErrorClass.Fatal, $"input refused: {string.Join("; ", problems)}");
        return await TTask.ExecuteAsync(input, context) switch
        {
            TaskResult<TOutput>.Done done =>
                new TaskOutcome.Succeeded(JsonSerializer.SerializeToElement(done.Output, TTask.OutputJson), Children: await context.DeclareAsync()),
            TaskResult<TOutput>.Yield yield => new TaskOutcome.Yielded(yield.After, yield.Checkpoint, yield.Throttled),
            TaskResult<TOutput>.Fail fail => new TaskOutcome.Failed(fail.ErrorClass, fail.Message, fail.RetryAfter),
            var other => throw new System.Diagnostics.UnreachableException($"{other.GetType()}"),
        };
    }

    /// <summary>Whether its tasks make other tasks.</summary>
    public bool IsGenerator => Requirements.HasFlag(WorkerRequirements.QueueAccess);

    private static string[] Fields(JsonTypeInfo type) => [.. type.Properties.Select(property => property.Name)];
}

/// <summary>Decodes an input and lists what is wrong with it and what it aims at.</summary>
public delegate InputCheck CheckInput(JsonElement input);

/// <summary>What an input tells of the work; null if nothing.</summary>
public delegate Forecast? ForeseeInput(JsonElement input);

/// <summary>Runs one attempt.</summary>
public delegate Task<TaskOutcome> ExecuteTask(RunTask run, WorkerCapabilities offered, RunSignals signals, TimeProvider clock);
