using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Proof.Kinds;

/// <param name="Count">How many tasks it makes.</param>
/// <param name="InARow">How many of one kind in a row; each row goes in a message of its own.</param>
/// <param name="Each">What each is told.</param>
/// <param name="Kinds">One after the other; null takes all.</param>
internal sealed record FanInput(int Count, int InARow, StepInput Each, IReadOnlyList<string>? Kinds = null);

/// <summary>A generator of steps of all kinds.</summary>
internal sealed class Fan : ITaskDefinition<FanInput, StepOutput>
{
    private static readonly string[] AllKinds = [Inside.Kind, Outside.Kind, Raw.Kind];

    public static string Kind => "fan";

    public static string Summary => "Makes steps.";

    public static WorkerRequirements Requirements => WorkerRequirements.TaskDataAccess | WorkerRequirements.QueueAccess;

    public static RetryPolicy Retry => Step<Inside>.Retry;

    public static TimeSpan RunTimeout => Step<Inside>.RunTimeout;

    public static JsonTypeInfo<FanInput> InputJson => StepJson.Default.FanInput;

    public static JsonTypeInfo<StepOutput> OutputJson => StepJson.Default.StepOutput;

    public static async Task<TaskResult<StepOutput>> ExecuteAsync(FanInput input, TaskContext context)
    {
        await context.TaskData.AppendResultAsync(JsonElement.Parse("true"), context.Cancellation);
        var each = JsonSerializer.SerializeToElement(input.Each, StepJson.Default.StepInput);
        var kinds = input.Kinds ?? AllKinds;
        for (var i = 0; i < input.Count; i++)
            await context.Children.AddAsync(kinds[i / input.InARow % kinds.Count], each);
        return new StepOutput(input.Count);
    }
}
