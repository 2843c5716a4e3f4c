using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Tasks.Scans;

/// <param name="Of">The container of the shards, or the generator that filled its own: by name.</param>
public sealed record TlsScanAggregatorInput(string Of);

/// <param name="Shards">How many there were.</param>
/// <param name="Without">How many of them have no result: with more than none, the numbers are a part of the scan's.</param>
/// <param name="Degraded">How many of them say that they may have missed something.</param>
public sealed record TlsScanAggregatorOutput(
    int Shards,
    int Without,
    int Degraded,
    long Planned,
    long Open,
    long Certificates,
    long Closed,
    long Filtered,
    long NoAnswer,
    long OutOfScope,
    long NotSent,
    long PacketsSent,
    long SendErrors,
    long RepliesLost,
    long LateAnswers);

/// <summary>Adds up the shards of a TLS scan, which have stored what they found.</summary>
public sealed class TlsScanAggregator : ITaskDefinition<TlsScanAggregatorInput, TlsScanAggregatorOutput>
{
    public static string Kind => "tls-scan-aggregator";

    public static string Summary => "Adds up the shards of a TLS scan.";

    public static WorkerRequirements Requirements => WorkerRequirements.TaskDataAccess | WorkerRequirements.ReconDataAccess;

    public static TimeSpan RunTimeout => TimeSpan.FromMinutes(4);

    public static JsonTypeInfo<TlsScanAggregatorInput> InputJson => TlsScanAggregatorJson.Default.TlsScanAggregatorInput;

    public static JsonTypeInfo<TlsScanAggregatorOutput> OutputJson => TlsScanAggregatorJson.Default.TlsScanAggregatorOutput;

    public static async Task<TaskResult<TlsScanAggregatorOutput>> ExecuteAsync(TlsScanAggregatorInput input, TaskContext context)
    {
        var sum = new TlsScanAggregatorOutput(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        var count = await ShardPlan.ReadAsync(input.Of, context, TlsScan.OutputJson, shard => sum = Add(sum, shard));
        return count.Problem is { } problem
            ? new TaskResult<TlsScanAggregatorOutput>.Fail(ErrorClass.Fatal, problem)
            : sum with { Shards = count.Shards, Without = count.Without };
    }

    private static TlsScanAggregatorOutput Add(TlsScanAggregatorOutput sum, TlsScanOutput shard) => new(
        0,
        0,
        sum.Degraded + Math.Min(shard.Degraded.Count, 1),
        sum.Planned + shard.Planned,
        sum.Open + shard.Open,
        sum.Certificates + shard.Certificates,
        sum.Closed + shard.Closed,
        sum.Filtered + shard.Filtered,
        sum.NoAnswer + shard.NoAnswer,
        sum.OutOfScope + shard.OutOfScope,
        sum.NotSent + shard.NotSent,
        sum.PacketsSent + shard.PacketsSent,
        sum.SendErrors + shard.SendErrors,
        sum.RepliesLost + shard.RepliesLost,
        sum.LateAnswers + shard.LateAnswers);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TlsScanAggregatorInput))]
[JsonSerializable(typeof(TlsScanAggregatorOutput))]
internal sealed partial class TlsScanAggregatorJson : JsonSerializerContext;
