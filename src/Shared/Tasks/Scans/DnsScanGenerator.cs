using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Recon;

namespace TaskMesh.Tasks.Scans;

/// <param name="Names">As dns-scan takes them, or rows with a field "name" or else "address".</param>
/// <param name="ShardSize">(Name, type) of a shard at most; by default what five minutes suffice for at the rate, 65,536 at least.</param>
/// <param name="Rate">Packets per second of a shard.</param>
/// <param name="ResolverRate">Packets per second of a shard to each resolver.</param>
/// <param name="Into">The container that the shards go into; left out, a Parallel one of their own.</param>
public sealed record DnsScanGeneratorInput(
    IReadOnlyList<JsonElement> Names,
    IReadOnlyList<string> Resolvers,
    IReadOnlyList<string>? Types = null,
    IReadOnlyList<string>? Words = null,
    long? ShardSize = null,
    int Rate = 1_000,
    int ResolverRate = 1_000,
    int Retries = 3,
    bool Wildcards = true,
    IReadOnlyList<KnownAnswerRow>? Known = null,
    ulong? Seed = null,
    string? Wire = null,
    string? Into = null);

/// <param name="Planned">(Name, type).</param>
/// <param name="Plan">The collection's data that holds the names, for dns-scan-aggregator; null where there are none.</param>
public sealed record DnsScanGeneratorOutput(long Planned, int Shards, string? Plan);

/// <summary>Makes a task for each shard of a scan of names.</summary>
public sealed class DnsScanGenerator : ITaskDefinition<DnsScanGeneratorInput, DnsScanGeneratorOutput>
{
    public static string Kind => "dns-scan-generator";

    public static string Summary => "Cuts a scan of names into shards, a dns-scan task each.";

    public static WorkerRequirements Requirements =>
        WorkerRequirements.TaskDataAccess | WorkerRequirements.ReconDataAccess | WorkerRequirements.QueueAccess;

    public static TimeSpan RunTimeout => TimeSpan.FromMinutes(4);

    public static JsonTypeInfo<DnsScanGeneratorInput> InputJson => DnsScanGeneratorJson.Default.DnsScanGeneratorInput;

    public static JsonTypeInfo<DnsScanGeneratorOutput> OutputJson => DnsScanGeneratorJson.Default.DnsScanGeneratorOutput;

    public static void Check(DnsScanGeneratorInput input, InputCheck check)
    {
        // What comes before may have found nothing: no names are no shards.
        DnsScan.Check(input.Names.Count > 0 ? Whole(input) : Whole(input) with { NamesIn = "" }, check);
        ShardPlan.Check(input.ShardSize, () => ShardsOf(input), check);
    }

    public static Forecast? Foresee(DnsScanGeneratorInput input) =>
        ShardPlan.Foresee(DnsScan.Foresee(Whole(input)), DnsScan.Kind, ShardsOf(input));

    public static async Task<TaskResult<DnsScanGeneratorOutput>> ExecuteAsync(DnsScanGeneratorInput input, TaskContext context)
    {
        if (input.Names.Count == 0)
            return new DnsScanGeneratorOutput(0, 0, null);
        var whole = Whole(input) with { Seed = input.Seed ?? RawScan.SeedOf(context.TaskId) };
        var since = await context.ReconData.NowAsync(context.Cancellation);
        var plan = await new ScanTargets(whole.Names, Ports: "", since, whole.Words).WriteAsync(context);
        var shards = (int)ShardsOf(input);
        await ShardPlan.AddAsync(
            context, DnsScan.Kind, DnsScan.InputJson, shards,
            shard => whole with { Names = [], Words = null, NamesIn = plan, Types = TypesOf(whole), Shard = shard.ToString() });
        return new DnsScanGeneratorOutput((long)DnsScan.Questions(whole), shards, plan);
    }

    /// <summary>What is asked for by default follows from the names, which a shard does not hold.</summary>
    private static string[] TypesOf(DnsScanInput whole) => [.. DnsScan.TypesOf(whole).Select(type => type.Text())];

    private static DnsScanInput Whole(DnsScanGeneratorInput input) => new(
        [.. input.Names.Select(ShardPlan.NameOf)], input.Resolvers, input.Types, input.Words, input.Rate, input.ResolverRate, input.Retries,
        input.Wildcards, input.Known, input.Seed, Wire: input.Wire);

    private static UInt128 ShardsOf(DnsScanGeneratorInput input) =>
        ShardPlan.Count(DnsScan.Questions(Whole(input)), input.ShardSize, input.Rate, input.Retries);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DnsScanGeneratorInput))]
[JsonSerializable(typeof(DnsScanGeneratorOutput))]
internal sealed partial class DnsScanGeneratorJson : JsonSerializerContext;
