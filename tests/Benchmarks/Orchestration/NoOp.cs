using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;

namespace TaskMesh.Benchmarks.Orchestration;

internal sealed record NoOpInput(int Number);

internal sealed record NoOpOutput;

/// <summary>An Internal kind that does nothing: what is left is the mesh's own cost.</summary>
internal sealed class NoOp : ITaskDefinition<NoOpInput, NoOpOutput>
{
    public static string Kind => "no-op";

    public static string Summary => "Does nothing.";

    public static WorkerRequirements Requirements => WorkerRequirements.TaskDataAccess;

    public static JsonTypeInfo<NoOpInput> InputJson => NoOpJson.Default.NoOpInput;

    public static JsonTypeInfo<NoOpOutput> OutputJson => NoOpJson.Default.NoOpOutput;

    public static Task<TaskResult<NoOpOutput>> ExecuteAsync(NoOpInput input, TaskContext context) =>
        Task.FromResult<TaskResult<NoOpOutput>>(new NoOpOutput());
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NoOpInput))]
[JsonSerializable(typeof(NoOpOutput))]
internal sealed partial class NoOpJson : JsonSerializerContext;
