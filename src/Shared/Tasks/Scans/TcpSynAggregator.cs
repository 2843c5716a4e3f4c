using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Tasks.Scans;

/// <param name="Of">The container of the shards, or the generator that filled its own: by name.</param>
/// <param name="Plan">The generator's output "plan".</param>
public sealed record TcpSynAggregatorInput(string Of, string Plan);

/// <param name="Shards">How many there were.</param>
/// <param name="Without">How many of them have no result: with more than none, the numbers are a part of the scan's.</param>
/// <param name="Degraded">How many of them say that they may have missed something.</param>
/// <param name="Gone">Endpoints that were there before and are not any more; null when the scan was not complete enough to say.</param>
public sealed record TcpSynAggregatorOutput(
    int Shards,
    int Without,
    int Degraded,
    long Planned,
    long Open,
    long Closed,
    long Filtered,
    long NoAnswer,
    long OutOfScope,
    long NotSent,
    long PacketsSent,
    long SendErrors,
    long RepliesLost,
    long LateAnswers,
    IReadOnlyList<string> AllPortsOpen,
    int? Gone);

/// <summary>Adds up the shards of a SYN scan, and marks what the whole of it did not find any more.</summary>
public sealed class TcpSynAggregator : ITaskDefinition<TcpSynAggregatorInput, TcpSynAggregatorOutput>
{
    public static string Kind => "tcp-syn-aggregator";

    public static string Summary => "Adds up the shards of a SYN scan.";

    public static WorkerRequirements Requirements => WorkerRequirements.TaskDataAccess | WorkerRequirements.ReconDataAccess;

    public static TimeSpan RunTimeout => TimeSpan.FromMinutes(4);

    public static JsonTypeInfo<TcpSynAggregatorInput> InputJson => TcpSynAggregatorJson.Default.TcpSynAggregatorInput;

    public static JsonTypeInfo<TcpSynAggregatorOutput> OutputJson => TcpSynAggregatorJson.Default.TcpSynAggregatorOutput;

    public static async Task<TaskResult<TcpSynAggregatorOutput>> ExecuteAsync(TcpSynAggregatorInput input, TaskContext context)
    {
        if (await ScanTargets.ReadAsync(input.Plan, context) is not { } plan)
            return new TaskResult<TcpSynAggregatorOutput>.Fail(ErrorClass.Fatal, $"plan: the collection has no data '{input.Plan}'");
        var sum = new TcpSynAggregatorOutput(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, [], null);
        var liars = new SortedSet<string>(StringComparer.Ordinal);
        var count = await ShardPlan.ReadAsync(input.Of, context, TcpSyn.OutputJson, shard =>
        {
            sum = Add(sum, shard);
            liars.UnionWith(shard.AllPortsOpen);
        });
        if (count.Problem is { } problem)
            return new TaskResult<TcpSynAggregatorOutput>.Fail(ErrorClass.Fatal, problem);
        sum = sum with { Shards = count.Shards, Without = count.Without, AllPortsOpen = [.. liars] };
        var area = AreaOf(sum, plan, context);
        return area is null ? sum : sum with { Gone = await context.ReconData.MarkGoneAsync(area, plan.Since, context.Cancellation) };
    }

    private static TcpSynAggregatorOutput Add(TcpSynAggregatorOutput sum, TcpSynOutput shard) => sum with
    {
        Degraded = sum.Degraded + Math.Min(shard.Degraded.Count, 1),
        Planned = sum.Planned + shard.Planned,
        Open = sum.Open + shard.Open,
        Closed = sum.Closed + shard.Closed,
        Filtered = sum.Filtered + shard.Filtered,
        NoAnswer = sum.NoAnswer + shard.NoAnswer,
        OutOfScope = sum.OutOfScope + shard.OutOfScope,
        NotSent = sum.NotSent + shard.NotSent,
        PacketsSent = sum.PacketsSent + shard.PacketsSent,
        SendErrors = sum.SendErrors + shard.SendErrors,
        RepliesLost = sum.RepliesLost + shard.RepliesLost,
        LateAnswers = sum.LateAnswers + shard.LateAnswers,
    };

    private static AddressSet AddressesOf(ScanTargets plan) => new(plan.Targets.Select(AddressRange.Parse));

    private static ObservedArea? AreaOf(TcpSynAggregatorOutput sum, ScanTargets plan, TaskContext context) =>
        sum.Without + sum.Degraded > 0 || (UInt128)sum.Planned != AddressesOf(plan).AddressCount * (UInt128)PortSet.Parse(plan.Ports).Count
        ? null
        : ObservedArea.Of(AddressesOf(plan), PortSet.Parse(plan.Ports), context.Scope, new(
            sum.Planned, sum.Open, sum.Closed, sum.NoAnswer, sum.OutOfScope, sum.NotSent, null, IsComplete: true, sum.PacketsSent,
            sum.RepliesLost, Wire: "")
        {
            LateAnswers = sum.LateAnswers,
        });
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TcpSynAggregatorInput))]
[JsonSerializable(typeof(TcpSynAggregatorOutput))]
internal sealed partial class TcpSynAggregatorJson : JsonSerializerContext;
