using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Workflow;
using TaskMesh.Tasks.Sources;

namespace TaskMesh.Tasks.Scans;

/// <param name="Names">Names; or addresses, CIDR blocks and ranges, which are asked for their names.</param>
/// <param name="Resolvers">Addresses of those that are asked, on port 53.</param>
/// <param name="Types">By default A and AAAA, or PTR of addresses.</param>
/// <param name="Words">Each is asked below each name too.</param>
/// <param name="Rate">Packets per second in all, 1 to 10,000,000.</param>
/// <param name="ResolverRate">Packets per second to each resolver.</param>
/// <param name="Retries">Further questions where there is no answer, each to another resolver, 0 to 10.</param>
/// <param name="Wildcards">Whether names that only a wildcard answers for are told from others.</param>
/// <param name="Known">Records that every honest resolver gives, and so tell the others.</param>
/// <param name="Seed">Fixes the order of the questions; by default it follows from the task's id.</param>
/// <param name="Shard">A part of the scan, as "2/5", the second of five, or "5000-8999", places of its order.</param>
/// <param name="Wire">How packets leave: pcap, packet, xdp; by default what suits the rate.</param>
/// <param name="NamesIn">The collection's data that holds names and words, where dns-scan-generator put them; then both are empty.</param>
public sealed record DnsScanInput(
    IReadOnlyList<string> Names,
    IReadOnlyList<string> Resolvers,
    IReadOnlyList<string>? Types = null,
    IReadOnlyList<string>? Words = null,
    int Rate = 1_000,
    int ResolverRate = 1_000,
    int Retries = 3,
    bool Wildcards = true,
    IReadOnlyList<KnownAnswerRow>? Known = null,
    ulong? Seed = null,
    string Shard = "1/1",
    string? Wire = null,
    string? NamesIn = null);

/// <param name="Values">All of them, as a zone file writes them; none where there must be none.</param>
public sealed record KnownAnswerRow(string Name, string Type, IReadOnlyList<string> Values);

/// <summary>
/// How every name and type ended; the numbers from <paramref name="Found"/> to <paramref name="NotSent"/> add up to <paramref name="Planned"/>.
/// </summary>
/// <param name="NoName">There is no such name (NXDOMAIN).</param>
/// <param name="NoData">The name exists, without such records.</param>
/// <param name="ServerFailure">Nobody who was asked could tell (SERVFAIL).</param>
/// <param name="Refused">Nobody who was asked wanted to tell (REFUSED).</param>
/// <param name="Malformed">Answers that cannot be read, or were cut off and are not to be had over TCP.</param>
/// <param name="NoAnswer">Nothing came back.</param>
/// <param name="Missed">The share of questions that got no answer for the loss, by estimate.</param>
/// <param name="Queries">Questions besides: of resolvers, over TCP, along aliases, for wildcards.</param>
/// <param name="WildcardsUnknown">Names, each with a type, below which nobody could tell whether there is a wildcard.</param>
/// <param name="Degraded">Why what was not found may be there all the same, in one sentence each.</param>
public sealed record DnsScanOutput(
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
    string? NotSentReason,
    long PacketsSent,
    long SendErrors,
    long RepliesLost,
    long LateAnswers,
    double? Loss,
    double? Missed,
    long LowestRate,
    long Queries,
    string Wire,
    IReadOnlyList<ResolverReport> Resolvers,
    IReadOnlyList<WildcardRow> Wildcards,
    IReadOnlyList<string> WildcardsUnknown,
    IReadOnlyList<string> Degraded);

/// <param name="Proof">A name that nobody has, and that has these values.</param>
public sealed record WildcardRow(string Below, string Type, string Proof, IReadOnlyList<string> Values);

/// <summary>Asks resolvers for the records of names, and of names made from words (RFC 1035).</summary>
public sealed class DnsScan : ITaskDefinition<DnsScanInput, DnsScanOutput>
{
    private const int MostResolvers = 200;
    private const int MostAddresses = 65_536;
    private const int LongestName = 253;

    public static string Kind => "dns-scan";

    public static string Summary => "Asks resolvers for the records of names.";

    public static WorkerRequirements Requirements =>
        WorkerRequirements.RawSocketAccess | WorkerRequirements.TaskDataAccess | WorkerRequirements.ReconDataAccess;

    public static TimeSpan RunTimeout => TimeSpan.FromHours(6);

    public static CutTask? Cut => ShardCut.Of;

    public static JsonTypeInfo<DnsScanInput> InputJson => DnsScanJson.Default.DnsScanInput;

    public static JsonTypeInfo<DnsScanOutput> OutputJson => DnsScanJson.Default.DnsScanOutput;

    public static void Check(DnsScanInput input, InputCheck check)
    {
        CheckNames(input, check);
        var resolvers = input.Resolvers.Count;
        check.Require(resolvers is > 0 and <= MostResolvers, "resolvers", $"a scan needs 1 to {MostResolvers}, not {resolvers}");
        foreach (var resolver in input.Resolvers)
        {
            if (Address.TryParse(resolver, out var address))
                check.Targets(new AddressRange(address, address));
            else
                check.Problem("resolvers", $"'{resolver}' is not an address");
        }
        foreach (var type in (input.Types ?? []).Concat((input.Known ?? []).Select(known => known.Type)))
            check.Require(DnsTypes.TryParse(type, out _), "types", $"'{type}' is none of {string.Join(", ", DnsTypes.Names)}");
        foreach (var known in input.Known ?? [])
            check.Require(DomainName.Normalise(known.Name) is not null, "known", $"'{known.Name}' is not a host name");
        RawScan.Check(input.Rate, input.Retries, input.Shard, input.Wire, check);
        check.Require(input.ResolverRate > 0, "resolverRate", $"{input.ResolverRate} is not at least 1 packet per second");
    }

    /// <summary>Wildcards, aliases and resolvers are asked for besides, at a tenth of the rate: that many more questions.</summary>
    public static Forecast? Foresee(DnsScanInput input) => input.NamesIn is null
        ? Forecast.OfScan(
            ScanShard.Parse(input.Shard).Most(Questions(input)),
            input.Retries + 2,
            (int)Math.Min(input.Rate, (long)input.ResolverRate * input.Resolvers.Count))
        : null;

    public static async Task<TaskResult<DnsScanOutput>> ExecuteAsync(DnsScanInput input, TaskContext context)
    {
        if (input.NamesIn is { } key)
        {
            if (await ScanTargets.ReadAsync(key, context) is not { } shared)
                return new TaskResult<DnsScanOutput>.Fail(ErrorClass.Fatal, $"namesIn: the collection has no data '{key}'");
            input = input with { Names = shared.Targets, Words = shared.Words };
        }
        var plan = Plan(input, context);
        var store = new DnsRecordStore(context);
        if (plan.ResumeAt is { } resumed)
            await store.CheckpointAsync(resumed, context.Cancellation);
        if (await RawScan.UntilStoppedAsync(context, stop => context.RawScanner.ScanDnsAsync(plan, context.Scope, store, stop)) is not { } coverage)
            return new TaskResult<DnsScanOutput>.Yield(TimeSpan.Zero, store.Checkpoint);
        return coverage.IsComplete ? Output(coverage) : new TaskResult<DnsScanOutput>.Fail(ErrorClass.Retryable, $"{coverage.NotSentReason}");
    }

    /// <summary>Names and addresses are asked for different things, so a scan is of the one or of the other.</summary>
    private static void CheckNames(DnsScanInput input, InputCheck check)
    {
        ScanTargets.Check(input.Names, input.NamesIn, check, "names");
        var addresses = UInt128.Zero;
        var longest = 0;
        foreach (var text in input.Names)
        {
            if (AddressRange.TryParse(text, out var range, out _))
            {
                addresses += range.Count;
                check.Targets(range);
            }
            else if (DomainName.Normalise(text) is not { } name)
                check.Problem("names", $"'{text}' is no host name, address or CIDR block");
            else
            {
                longest = Math.Max(longest, name.Length);
                if (ReverseName.TryParse(name, out var address))
                    check.Targets(new AddressRange(address, address));
                else
                    check.Targets(name);
            }
        }
        check.Require(addresses <= MostAddresses, "names", $"{addresses} addresses are more than {MostAddresses}");
        check.Require(addresses == 0 || longest == 0, "names", "names and addresses are asked for in scans of their own");
        check.Require(addresses == 0 || input.Words is null or { Count: 0 }, "words", "there are none below addresses");
        foreach (var word in input.Words ?? [])
        {
            check.Require(DomainName.Normalise(word) is not null, "words", $"'{word}' is not a part of a host name");
            check.Require(word.Length + 1 + longest <= LongestName, "words", $"'{word}' makes a name of more than {LongestName} characters");
        }
    }

    /// <summary>How many questions a scan asks: each type of each name, and of each word below each name.</summary>
    internal static UInt128 Questions(DnsScanInput input)
    {
        if (input.Names.Count == 0)
            return 0;
        var names = IsOfAddresses(input)
            ? input.Names.Aggregate(UInt128.Zero, (sum, text) => sum + AddressRange.Parse(text).Count)
            : (UInt128)input.Names.Select(DomainName.Normalise).Distinct().Count();
        var words = (input.Words ?? []).Select(DomainName.Normalise).Distinct().Count();
        return names * (UInt128)(words + 1) * (UInt128)TypesOf(input).Distinct().Count();
    }

    private static bool IsOfAddresses(DnsScanInput input) => AddressRange.TryParse(input.Names[0], out _, out _);

    internal static DnsType[] TypesOf(DnsScanInput input) =>
        input.Types is { Count: > 0 } types ? [.. types.Select(TypeOf)] : IsOfAddresses(input) ? [DnsType.Ptr] : [DnsType.A, DnsType.Aaaa];

    private static DnsScanPlan Plan(DnsScanInput input, TaskContext context) => new(
        [.. IsOfAddresses(input) ? input.Names.SelectMany(ReverseNames) : input.Names.Select(name => DomainName.Normalise(name)!)],
        [.. (input.Words ?? []).Select(word => DomainName.Normalise(word)!)],
        TypesOf(input),
        [.. input.Resolvers.Select(Address.Parse)],
        input.Rate,
        input.Retries,
        input.Seed ?? RawScan.SeedOf(context.TaskId))
    {
        ResolverRate = input.ResolverRate,
        FindsWildcards = input.Wildcards,
        KnownAnswers =
        [
            .. (input.Known ?? []).Select(known => new KnownAnswer(DomainName.Normalise(known.Name)!, TypeOf(known.Type), known.Values)),
        ],
        Shard = ScanShard.Parse(input.Shard),
        Wire = input.Wire,
        ResumeAt = context.Checkpoint?.Deserialize(DnsScanJson.Default.ScanCheckpoint),
    };

    private static IEnumerable<string> ReverseNames(string text)
    {
        var range = AddressRange.Parse(text);
        for (var rank = UInt128.Zero; rank < range.Count; rank++)
            yield return ReverseName.Of(range.First.Plus((ulong)rank));
    }

    private static DnsType TypeOf(string text) => DnsTypes.TryParse(text, out var type) ? type : throw new FormatException($"'{text}' is no type.");

    private static DnsScanOutput Output(ScanCoverage coverage)
    {
        var dns = coverage.Dns!;
        var counts = dns.Counts;
        return new(
            coverage.Planned, counts.Found, counts.NoName, counts.NoData, counts.ServerFailure, counts.Refused, counts.Malformed,
            coverage.NoAnswer, coverage.OutOfScope, coverage.NotSent, coverage.NotSentReason, coverage.PacketsSent, coverage.SendErrors,
            coverage.RepliesLost, coverage.LateAnswers, coverage.Loss, coverage.Missed, coverage.LowestRate, dns.Queries, coverage.Wire,
            dns.Resolvers,
            [.. dns.Wildcards.Select(wildcard => new WildcardRow(wildcard.Below, wildcard.Type.Text(), wildcard.Proof, wildcard.Values))],
            dns.WildcardsUnknown, coverage.Degraded);
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DnsScanInput))]
[JsonSerializable(typeof(DnsScanOutput))]
[JsonSerializable(typeof(ScanCheckpoint))]
[JsonSerializable(typeof(DnsRow[]))]
[JsonSerializable(typeof(DomainRow))]
[JsonSerializable(typeof(DnsRecordRow))]
internal sealed partial class DnsScanJson : JsonSerializerContext;
