using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Filtering;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Tasks.Scans;

/// <param name="Of">The container of the shards, or the generator that filled its own: by name.</param>
/// <param name="Plan">The generator's output "plan".</param>
public sealed record DnsScanAggregatorInput(string Of, string Plan);

/// <param name="Shards">How many there were.</param>
/// <param name="Without">How many of them have no result: with more than none, the numbers are a part of the scan's.</param>
/// <param name="Degraded">How many of them say that they may have missed something.</param>
/// <param name="Addresses">Where names at and below those of the scan lead to, as far as the scope allows it; 100,000 at most.</param>
public sealed record DnsScanAggregatorOutput(
    int Shards,
    int Without,
    int Degraded,
    long Planned,
    long Found,
    long NoName,
    long NoData,
    long ServerFailure,
    long Refused,
    long Malformed,
    long NoAnswer,
    long OutOfScope,
    long NotSent,
    long PacketsSent,
    long SendErrors,
    long RepliesLost,
    long LateAnswers,
    long Queries,
    IReadOnlyList<WildcardRow> Wildcards,
    IReadOnlyList<string> WildcardsUnknown,
    IReadOnlyList<NamedAddressRow> Addresses);

/// <summary>A row that the generators of other scans take as a target.</summary>
public sealed record NamedAddressRow(string Name, string Address);

/// <summary>Adds up the shards of a scan of names, which have stored what they found, and tells where the names lead to.</summary>
public sealed class DnsScanAggregator : ITaskDefinition<DnsScanAggregatorInput, DnsScanAggregatorOutput>
{
    private const int MostAddresses = 100_000;
    private const int MostRecords = 500_000;

    /// <summary>As far as dns-scan follows them.</summary>
    private const int MostAliases = 16;

    public static string Kind => "dns-scan-aggregator";

    public static string Summary => "Adds up the shards of a scan of names, and tells where they lead to.";

    public static WorkerRequirements Requirements => WorkerRequirements.TaskDataAccess | WorkerRequirements.ReconDataAccess;

    public static TimeSpan RunTimeout => TimeSpan.FromMinutes(4);

    public static JsonTypeInfo<DnsScanAggregatorInput> InputJson => DnsScanAggregatorJson.Default.DnsScanAggregatorInput;

    public static JsonTypeInfo<DnsScanAggregatorOutput> OutputJson => DnsScanAggregatorJson.Default.DnsScanAggregatorOutput;

    public static async Task<TaskResult<DnsScanAggregatorOutput>> ExecuteAsync(DnsScanAggregatorInput input, TaskContext context)
    {
        if (await ScanTargets.ReadAsync(input.Plan, context) is not { } plan)
            return new TaskResult<DnsScanAggregatorOutput>.Fail(ErrorClass.Fatal, $"plan: the collection has no data '{input.Plan}'");
        var sum = new DnsScanAggregatorOutput(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, [], [], []);
        // The shards of one scan find the same wildcards, each by labels of its own.
        var wildcards = new SortedDictionary<string, WildcardRow>(StringComparer.Ordinal);
        var unknown = new SortedSet<string>(StringComparer.Ordinal);
        var count = await ShardPlan.ReadAsync(input.Of, context, DnsScan.OutputJson, shard =>
        {
            sum = Add(sum, shard);
            unknown.UnionWith(shard.WildcardsUnknown);
            foreach (var wildcard in shard.Wildcards)
                wildcards.TryAdd($"{wildcard.Below} {wildcard.Type}", wildcard);
        });
        if (count.Problem is { } problem)
            return new TaskResult<DnsScanAggregatorOutput>.Fail(ErrorClass.Fatal, problem);
        return sum with
        {
            Shards = count.Shards,
            Without = count.Without,
            Wildcards = [.. wildcards.Values],
            WildcardsUnknown = [.. unknown],
            Addresses = Addresses(await RecordsAsync(plan, context), plan, context.Scope.Allowed),
        };
    }

    private static DnsScanAggregatorOutput Add(DnsScanAggregatorOutput sum, DnsScanOutput shard) => sum with
    {
        Degraded = sum.Degraded + Math.Min(shard.Degraded.Count, 1),
        Planned = sum.Planned + shard.Planned,
        Found = sum.Found + shard.Found,
        NoName = sum.NoName + shard.NoName,
        NoData = sum.NoData + shard.NoData,
        ServerFailure = sum.ServerFailure + shard.ServerFailure,
        Refused = sum.Refused + shard.Refused,
        Malformed = sum.Malformed + shard.Malformed,
        NoAnswer = sum.NoAnswer + shard.NoAnswer,
        OutOfScope = sum.OutOfScope + shard.OutOfScope,
        NotSent = sum.NotSent + shard.NotSent,
        PacketsSent = sum.PacketsSent + shard.PacketsSent,
        SendErrors = sum.SendErrors + shard.SendErrors,
        RepliesLost = sum.RepliesLost + shard.RepliesLost,
        LateAnswers = sum.LateAnswers + shard.LateAnswers,
        Queries = sum.Queries + shard.Queries,
    };

    /// <summary>Addresses and aliases that were seen since the scan began.</summary>
    private static async Task<IReadOnlyList<DnsRecordRow>> RecordsAsync(ScanTargets plan, TaskContext context)
    {
        var types = new[] { DnsType.A, DnsType.Aaaa, DnsType.Cname }.Select(type => new FilterValue.Text(type.Text()));
        var (filter, _) = new Filter.And(
        [
            new Filter.Compare("type", FilterOperator.In, new FilterValue.Many([.. types])),
            new Filter.Compare("lastSeen", FilterOperator.AtLeast, new FilterValue.Text(plan.Since.ToString("O", CultureInfo.InvariantCulture))),
        ]).For(ReconModel.DnsRecord);
        var rows = await context.ReconData.ListAsync(ReconModel.DnsRecord, new ReconQuery(MostRecords, filter), context.Cancellation);
        return [.. rows.Select(row => new DnsRecordRow(Text(row, "name"), Text(row, "type"), Text(row, "value")))];
    }

    private static NamedAddressRow[] Addresses(IReadOnlyList<DnsRecordRow> records, ScanTargets plan, AddressSet allowed)
    {
        var asked = plan.Targets.Select(DomainName.Normalise).OfType<string>().ToHashSet();
        var aliases = records.Where(record => record.Type == DnsType.Cname.Text())
            .GroupBy(record => record.Name)
            .ToDictionary(alias => alias.Key, alias => alias.First().Value);
        var addresses = records.Where(record => record.Type != DnsType.Cname.Text() && IsAllowed(record.Value, allowed))
            .ToLookup(record => record.Name, record => record.Value);
        return
        [
            .. (from name in records.Select(record => record.Name).Distinct()
                where IsAtOrBelow(asked, name)
                from address in addresses[EndOf(name, aliases)]
                select new NamedAddressRow(name, address)).Take(MostAddresses),
        ];
    }

    private static string EndOf(string name, Dictionary<string, string> aliases)
    {
        for (var step = 0; step < MostAliases && aliases.TryGetValue(name, out var next); step++)
            name = next;
        return name;
    }

    private static bool IsAtOrBelow(HashSet<string> asked, string name)
    {
        for (var rest = name; ; rest = rest[(rest.IndexOf('.', StringComparison.Ordinal) + 1)..])
        {
            if (asked.Contains(rest))
                return true;
            if (!rest.Contains('.', StringComparison.Ordinal))
                return false;
        }
    }

    private static bool IsAllowed(string value, AddressSet allowed) => Address.TryParse(value, out var address) && allowed.Contains(address);

    private static string Text(JsonElement row, string field) => row.GetProperty(field).GetString()!;
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DnsScanAggregatorInput))]
[JsonSerializable(typeof(DnsScanAggregatorOutput))]
internal sealed partial class DnsScanAggregatorJson : JsonSerializerContext;
