using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;

namespace TaskMesh.Tasks.Scans;

/// <param name="Targets">Addresses, CIDR blocks, ranges, or rows with a field "address"; each address is scanned once.</param>
/// <param name="Ports">As "22,80,8000-8100".</param>
/// <param name="ShardSize">Addresses times ports of a shard at most; by default what five minutes suffice for at the rate, 65,536 at least.</param>
/// <param name="Rate">Packets per second of a shard.</param>
/// <param name="Into">The container that the shards go into; left out, a Parallel one of their own.</param>
public sealed record TcpSynGeneratorInput(
    IReadOnlyList<JsonElement> Targets,
    string Ports,
    long? ShardSize = null,
    int Rate = 1_000,
    int Retries = 1,
    bool Closed = false,
    ulong? Seed = null,
    bool OpenOnly = false,
    int PortThreshold = 256,
    string? Wire = null,
    string? Into = null);

/// <param name="Planned">Addresses times ports.</param>
/// <param name="Plan">The collection's data that holds the targets, for tcp-syn-aggregator.</param>
public sealed record TcpSynGeneratorOutput(long Planned, int Shards, string? Plan);

/// <summary>Makes a task for each shard of a SYN scan.</summary>
public sealed class TcpSynGenerator : ITaskDefinition<TcpSynGeneratorInput, TcpSynGeneratorOutput>
{
    public static string Kind => "tcp-syn-generator";

    public static string Summary => "Cuts a SYN scan into shards, a tcp-syn task each.";

    public static WorkerRequirements Requirements =>
        WorkerRequirements.TaskDataAccess | WorkerRequirements.ReconDataAccess | WorkerRequirements.QueueAccess;

    public static TimeSpan RunTimeout => TimeSpan.FromMinutes(4);

    public static JsonTypeInfo<TcpSynGeneratorInput> InputJson => TcpSynGeneratorJson.Default.TcpSynGeneratorInput;

    public static JsonTypeInfo<TcpSynGeneratorOutput> OutputJson => TcpSynGeneratorJson.Default.TcpSynGeneratorOutput;

    public static void Check(TcpSynGeneratorInput input, InputCheck check)
    {
        // What comes before may have found nothing: no targets are no shards.
        var whole = Whole(input);
        TcpSyn.Check(input.Targets.Count > 0 ? whole : whole with { TargetsIn = "" }, check);
        ShardPlan.Check(input.ShardSize, () => ShardsOf(input), check);
    }

    public static Forecast? Foresee(TcpSynGeneratorInput input) =>
        ShardPlan.Foresee(TcpSyn.Foresee(Whole(input)), TcpSyn.Kind, ShardsOf(input));

    public static async Task<TaskResult<TcpSynGeneratorOutput>> ExecuteAsync(TcpSynGeneratorInput input, TaskContext context)
    {
        var targets = Addresses(input);
        if (targets.Count == 0)
            return new TcpSynGeneratorOutput(0, 0, null);
        var since = await context.ReconData.NowAsync(context.Cancellation);
        var plan = await new ScanTargets([.. targets.Select(range => $"{range}")], input.Ports, since).WriteAsync(context);
        var shards = (int)ShardsOf(input);
        var seed = input.Seed ?? RawScan.SeedOf(context.TaskId);
        await ShardPlan.AddAsync(
            context, TcpSyn.Kind, TcpSyn.InputJson, shards, shard => Shard(input, [], shard, seed) with { TargetsIn = plan });
        return new TcpSynGeneratorOutput((long)Size(input), shards, plan);
    }

    private static TcpSynInput Whole(TcpSynGeneratorInput input) =>
        Shard(input, [.. input.Targets.Select(ShardPlan.AddressOf)], ScanShard.Whole, seed: 0);

    private static TcpSynInput Shard(TcpSynGeneratorInput input, IReadOnlyList<string> targets, ScanShard shard, ulong seed) => new(
        targets, input.Ports, input.Rate, input.Retries, input.Closed, seed, input.OpenOnly, input.PortThreshold, shard.ToString(), input.Wire);

    private static AddressSet Addresses(TcpSynGeneratorInput input) => new(input.Targets.Select(ShardPlan.AddressOf).Select(AddressRange.Parse));

    private static UInt128 Size(TcpSynGeneratorInput input) => TcpSyn.Questions(input.Targets.Select(ShardPlan.AddressOf), input.Ports);

    private static UInt128 ShardsOf(TcpSynGeneratorInput input) => ShardPlan.Count(Size(input), input.ShardSize, input.Rate, input.Retries);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TcpSynGeneratorInput))]
[JsonSerializable(typeof(TcpSynGeneratorOutput))]
internal sealed partial class TcpSynGeneratorJson : JsonSerializerContext;
