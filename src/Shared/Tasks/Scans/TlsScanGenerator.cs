using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;

namespace TaskMesh.Tasks.Scans;

/// <param name="Targets">As tls-scan takes them, or rows with a field "address" and, for a name to ask for there, a field "name".</param>
/// <param name="Among">Rows with a field "address": targets at other addresses are left out. Left out itself, none is.</param>
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
    string? Into = null,
    IReadOnlyList<JsonElement>? Among = null);

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
        var whole = Whole(input);
        TlsScan.Check(whole.Targets.Count > 0 ? whole : whole with { TargetsIn = "" }, check);
        ShardPlan.Check(input.ShardSize, () => ShardsOf(input), check);
    }

    public static Forecast? Foresee(TlsScanGeneratorInput input) =>
        ShardPlan.Foresee(TlsScan.Foresee(Whole(input)), TlsScan.Kind, ShardsOf(input));

    public static async Task<TaskResult<TlsScanGeneratorOutput>> ExecuteAsync(TlsScanGeneratorInput input, TaskContext context)
    {
        var whole = Whole(input) with { Seed = input.Seed ?? RawScan.SeedOf(context.TaskId) };
        if (whole.Targets.Count == 0)
            return new TlsScanGeneratorOutput(0, 0);
        var since = await context.ReconData.NowAsync(context.Cancellation);
        var plan = await new ScanTargets(whole.Targets, input.Ports, since).WriteAsync(context);
        var shards = (int)ShardsOf(input);
        await ShardPlan.AddAsync(
            context, TlsScan.Kind, TlsScan.InputJson, shards, shard => whole with { Targets = [], TargetsIn = plan, Shard = shard.ToString() });
        return new TlsScanGeneratorOutput((long)TlsScan.Questions(whole), shards);
    }

    private static TlsScanInput Whole(TlsScanGeneratorInput input) => new(
        [.. Targets(input)], input.Ports, input.Names, input.Rate, input.Retries, input.StartTls, input.Patience,
        input.Ciphers, input.Seed, Wire: input.Wire);

    private static IEnumerable<string> Targets(TlsScanGeneratorInput input)
    {
        var among = input.Among?.Select(ShardPlan.AddressOf).ToHashSet();
        return from target in input.Targets
               where among is null || among.Contains(ShardPlan.AddressOf(target))
               select ShardPlan.TextOf(target);
    }

    private static UInt128 ShardsOf(TlsScanGeneratorInput input) =>
        ShardPlan.Count(TlsScan.Questions(Whole(input)), input.ShardSize, input.Rate, input.Retries);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TlsScanGeneratorInput))]
[JsonSerializable(typeof(TlsScanGeneratorOutput))]
internal sealed partial class TlsScanGeneratorJson : JsonSerializerContext;
