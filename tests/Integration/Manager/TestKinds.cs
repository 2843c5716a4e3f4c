using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Integration.Manager;

/// <summary>One kind per queue, whose work the tests play.</summary>
internal static class TestKinds
{
    public static TaskCatalogue Catalogue { get; } = new(
    [
        TaskEntry.Of<OutsideKind, AnyInput, AnyInput>(),
        TaskEntry.Of<InsideKind, AnyInput, AnyInput>(),
        TaskEntry.Of<LimitedKind, AnyInput, AnyInput>(),
        TaskEntry.Of<RawKind, AnyInput, AnyInput>(),
    ]);
}

internal sealed record AnyInput(JsonElement? Value = null);

internal sealed class OutsideKind : ITaskDefinition<AnyInput, AnyInput>
{
    public static string Kind => "outside";

    public static string Summary => "Runs without anything.";

    public static WorkerRequirements Requirements => WorkerRequirements.None;

    public static RetryPolicy Retry => new(2, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10));

    public static JsonTypeInfo<AnyInput> InputJson => TestKindJson.Default.AnyInput;

    public static JsonTypeInfo<AnyInput> OutputJson => TestKindJson.Default.AnyInput;

    public static Task<TaskResult<AnyInput>> ExecuteAsync(AnyInput input, TaskContext context) => Task.FromResult<TaskResult<AnyInput>>(input);
}

internal sealed class InsideKind : ITaskDefinition<AnyInput, AnyInput>
{
    public static string Kind => "inside";

    public static string Summary => "Runs beside the database.";

    public static WorkerRequirements Requirements => WorkerRequirements.TaskDataAccess;

    public static JsonTypeInfo<AnyInput> InputJson => TestKindJson.Default.AnyInput;

    public static JsonTypeInfo<AnyInput> OutputJson => TestKindJson.Default.AnyInput;

    public static Task<TaskResult<AnyInput>> ExecuteAsync(AnyInput input, TaskContext context) => Task.FromResult<TaskResult<AnyInput>>(input);
}

internal sealed class LimitedKind : ITaskDefinition<AnyInput, AnyInput>
{
    public static string Kind => "limited";

    public static string Summary => "Asks a provider that bears only so much.";

    public static WorkerRequirements Requirements => WorkerRequirements.None;

    public static string RateLimit => "provider";

    public static JsonTypeInfo<AnyInput> InputJson => TestKindJson.Default.AnyInput;

    public static JsonTypeInfo<AnyInput> OutputJson => TestKindJson.Default.AnyInput;

    public static Task<TaskResult<AnyInput>> ExecuteAsync(AnyInput input, TaskContext context) => Task.FromResult<TaskResult<AnyInput>>(input);
}

internal sealed class RawKind : ITaskDefinition<AnyInput, AnyInput>
{
    public static string Kind => "raw";

    public static string Summary => "Runs where packets are.";

    public static WorkerRequirements Requirements => WorkerRequirements.RawSocketAccess;

    public static JsonTypeInfo<AnyInput> InputJson => TestKindJson.Default.AnyInput;

    public static JsonTypeInfo<AnyInput> OutputJson => TestKindJson.Default.AnyInput;

    public static Task<TaskResult<AnyInput>> ExecuteAsync(AnyInput input, TaskContext context) => Task.FromResult<TaskResult<AnyInput>>(input);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AnyInput))]
internal sealed partial class TestKindJson : JsonSerializerContext;
