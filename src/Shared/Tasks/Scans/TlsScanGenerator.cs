using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Recon;

namespace TaskMesh.Tasks.Scans;

/// <param name="Targets">As tls-scan takes them, or rows with a field "address" and, for a name to ask for there, a field "name".</param>
/// <param name="ShardSize">(Endpoint, name) of a shard at most; by default what five minutes suffice for at the rate, 65,536 at least.</param>
/// <param name="Rate">Packets per second of a shard.</param>
/// <param name="Into">The container that the shards go into; left out, a Parallel one of their own.</param>
public sealed record TlsScanGeneratorInput(
    IReadOnlyList<JsonElement> Targets,
    string Ports = "443",
    IReadOnlyList<string>? Names = null,
    long? ShardSize = null,
    int Rate = 1_000,
    int Retries = 1,
    string StartTls = "auto",
    int Patience = 5,
    bool Ciphers = false,
    ulong? Seed = null,
    string? Wire = null,
    string? Into = null);

/// <param name="Planned">(Endpoint, name).</param>
public sealed record TlsScanGeneratorOutput(long Planned, int Shards);

/// <summary>Makes a task for each shard of a TLS scan.</summary>
public sealed class TlsScanGenerator : ITaskDefinition<TlsScanGeneratorInput, TlsScanGeneratorOutput>
{
    public static string Kind => "tls-scan-generator";

    public static string Summary => "Cuts a TLS scan into shards, a tls-scan task each.";

    public static WorkerRequirements Requirements =>
        WorkerRequirements.TaskDataAccess | WorkerRequirements.ReconDataAccess | WorkerRequirements.QueueAccess;

    public static TimeSpan RunTimeout => TimeSpan.FromMinutes(4);

    public static JsonTypeInfo<TlsScanGeneratorInput> InputJson => TlsScanGeneratorJson.Default.TlsScanGeneratorInput;

    public static JsonTypeInfo<TlsScanGeneratorOutput> OutputJson => TlsScanGeneratorJson.Default.TlsScanGeneratorOutput;

    public static void Check(TlsScanGeneratorInput input, InputCheck check)
    {
        // What comes before may have found nothing: no targets are no shards.
        TlsScan.Check(input.Targets.Count > 0 ? Whole(input) : Whole(input) with { TargetsIn = "" }, check);
        check.Require(input.ShardSize is null or > 0, "shardSize", $"{input.ShardSize} is not at least 1");
        if (check.Problems.Count == 0)
            ShardPlan.Check(ShardsOf(input), check);
    }

    public static async Task<TaskResult<TlsScanGeneratorOutput>> ExecuteAsync(TlsScanGeneratorInput input, TaskContext context)
    {
        if (input.Targets.Count == 0)
            return new TlsScanGeneratorOutput(0, 0);
        var whole = Whole(input) with { Seed = input.Seed ?? RawScan.SeedOf(context.TaskId) };
        var since = await context.ReconData.NowAsync(context.Cancellation);
        var plan = await new ScanTargets(whole.Targets, input.Ports, since).WriteAsync(context);
        var shards = (int)ShardsOf(input);
        for (var shard = 1; shard <= shards; shard++)
        {
            var child = whole with { Targets = [], TargetsIn = plan, Shard = new ScanShard(shard, shards).ToString() };
            await context.Children.AddAsync(TlsScan.Kind, JsonSerializer.SerializeToElement(child, TlsScan.InputJson));
        }
        return new TlsScanGeneratorOutput((long)TlsScan.Questions(whole), shards);
    }

    private static TlsScanInput Whole(TlsScanGeneratorInput input) => new(
        [.. input.Targets.Select(ShardPlan.TextOf)], input.Ports, input.Names, input.Rate, input.Retries, input.StartTls, input.Patience,
        input.Ciphers, input.Seed, Wire: input.Wire);

    private static UInt128 ShardsOf(TlsScanGeneratorInput input) =>
        ShardPlan.Count(TlsScan.Questions(Whole(input)), input.ShardSize, input.Rate, input.Retries);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TlsScanGeneratorInput))]
[JsonSerializable(typeof(TlsScanGeneratorOutput))]
internal sealed partial class TlsScanGeneratorJson : JsonSerializerContext;
