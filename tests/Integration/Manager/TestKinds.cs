using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Workflow;
using TaskMesh.Tasks.Flow;
using TaskMesh.Tasks.Scans;

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
        TaskEntry.Of<ShardKind, ShardInput, AnyInput>(),
        TaskEntry.Of<MakerKind, MakerInput, AnyInput>(),
        TaskEntry.Of<TargetKind, TargetInput, AnyInput>(),
        TaskEntry.Of<Conditional, ConditionalInput, ConditionalOutput>(),
        TaskEntry.Of<CollectResults, CollectResultsInput, CollectResultsOutput>(),
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

internal sealed record ShardInput(string Shard, ulong? Seed = null);

internal sealed class ShardKind : ITaskDefinition<ShardInput, AnyInput>
{
    public static string Kind => "shard";

    public static string Summary => "Is a part of a scan.";

    public static WorkerRequirements Requirements => WorkerRequirements.RawSocketAccess;

    public static CutTask? Cut => TcpSyn.Cut;

    public static JsonTypeInfo<ShardInput> InputJson => TestKindJson.Default.ShardInput;

    public static JsonTypeInfo<AnyInput> OutputJson => TestKindJson.Default.AnyInput;

    public static Task<TaskResult<AnyInput>> ExecuteAsync(ShardInput input, TaskContext context) =>
        Task.FromResult<TaskResult<AnyInput>>(new AnyInput());
}

/// <summary>Makes as many "outside" tasks as asked; the value of each is its ordinal.</summary>
internal sealed record MakerInput(int Count, string? Into = null, string? Target = null);

internal sealed class MakerKind : ITaskDefinition<MakerInput, AnyInput>
{
    public static string Kind => "maker";

    public static string Summary => "Makes tasks.";

    public static WorkerRequirements Requirements => WorkerRequirements.TaskDataAccess | WorkerRequirements.QueueAccess;

    public static RetryPolicy Retry => new(2, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10));

    public static JsonTypeInfo<MakerInput> InputJson => TestKindJson.Default.MakerInput;

    public static JsonTypeInfo<AnyInput> OutputJson => TestKindJson.Default.AnyInput;

    public static void Check(MakerInput input, InputCheck check)
    {
        if (input.Target is not null)
            check.Targets(AddressRange.Parse(input.Target));
    }

    public static async Task<TaskResult<AnyInput>> ExecuteAsync(MakerInput input, TaskContext context)
    {
        for (var i = 0; i < input.Count; i++)
            await context.Children.AddAsync("outside", JsonElement.Parse($$"""{"value":{{i}}}"""));
        return new AnyInput();
    }
}

internal sealed record TargetInput(string Target);

internal sealed class TargetKind : ITaskDefinition<TargetInput, AnyInput>
{
    public static string Kind => "target";

    public static string Summary => "Aims at an address.";

    public static WorkerRequirements Requirements => WorkerRequirements.None;

    public static JsonTypeInfo<TargetInput> InputJson => TestKindJson.Default.TargetInput;

    public static JsonTypeInfo<AnyInput> OutputJson => TestKindJson.Default.AnyInput;

    public static void Check(TargetInput input, InputCheck check)
    {
        if (AddressRange.TryParse(input.Target, out var range, out var problem))
            check.Targets(range);
        else
            check.Problem("target", problem);
    }

    public static Task<TaskResult<AnyInput>> ExecuteAsync(TargetInput input, TaskContext context) =>
        Task.FromResult<TaskResult<AnyInput>>(new AnyInput());
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AnyInput))]
[JsonSerializable(typeof(MakerInput))]
[JsonSerializable(typeof(ShardInput))]
[JsonSerializable(typeof(TargetInput))]
internal sealed partial class TestKindJson : JsonSerializerContext;
