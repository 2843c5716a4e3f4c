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
public sealed record TlsScanAggregatorOutput(
    int Shards,
    int Without,
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
        var sum = new TlsScanAggregatorOutput(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        try
        {
            await foreach (var shard in context.TaskData.ReadChildrenAsync(input.Of, context.Cancellation))
            {
                sum = shard.Result?.Deserialize(TlsScan.OutputJson) is { } result
                    ? Add(sum, result)
                    : sum with { Shards = sum.Shards + 1, Without = sum.Without + 1 };
            }
            return sum;
        }
        catch (KeyNotFoundException e)
        {
            return new TaskResult<TlsScanAggregatorOutput>.Fail(ErrorClass.Fatal, $"of: {e.Message}");
        }
    }

    private static TlsScanAggregatorOutput Add(TlsScanAggregatorOutput sum, TlsScanOutput shard) => new(
        sum.Shards + 1,
        sum.Without,
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
