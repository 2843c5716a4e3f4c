using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;

namespace TaskMesh.Benchmarks.Orchestration;

/// <param name="Milliseconds">How long it takes.</param>
internal sealed record NoOpInput(
    int Number, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int Milliseconds = 0)
{
    public JsonElement AsJson() => JsonSerializer.SerializeToElement(this, NoOpJson.Default.NoOpInput);
}

internal sealed record NoOpOutput;

/// <summary>An Internal kind that does nothing: what is left is the mesh's own cost.</summary>
internal sealed class NoOp : ITaskDefinition<NoOpInput, NoOpOutput>
{
    public static string Kind => "no-op";

    public static string Summary => "Does nothing.";

    public static WorkerRequirements Requirements => WorkerRequirements.TaskDataAccess;

    public static JsonTypeInfo<NoOpInput> InputJson => NoOpJson.Default.NoOpInput;

    public static JsonTypeInfo<NoOpOutput> OutputJson => NoOpJson.Default.NoOpOutput;

    /// <summary>Hears of each start.</summary>
    public static Action<int>? Started { get; set; }

    public static async Task<TaskResult<NoOpOutput>> ExecuteAsync(NoOpInput input, TaskContext context)
    {
        Started?.Invoke(input.Number);
        if (input.Milliseconds > 0)
            await Task.Delay(input.Milliseconds, context.Cancellation);
        return new NoOpOutput();
    }
}

/// <summary>A kind that makes others; the bench plays its part, so it never runs.</summary>
internal sealed class Maker : ITaskDefinition<NoOpInput, NoOpOutput>
{
    public static string Kind => "maker";

    public static string Summary => "Makes tasks.";

    public static WorkerRequirements Requirements => WorkerRequirements.TaskDataAccess | WorkerRequirements.QueueAccess;

    public static JsonTypeInfo<NoOpInput> InputJson => NoOpJson.Default.NoOpInput;

    public static JsonTypeInfo<NoOpOutput> OutputJson => NoOpJson.Default.NoOpOutput;

    public static Task<TaskResult<NoOpOutput>> ExecuteAsync(NoOpInput input, TaskContext context) => throw new NotSupportedException();
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NoOpInput))]
[JsonSerializable(typeof(NoOpOutput))]
internal sealed partial class NoOpJson : JsonSerializerContext;
