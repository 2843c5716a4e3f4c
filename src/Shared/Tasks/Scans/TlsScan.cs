using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Tasks.Scans;

/// <param name="Targets">Addresses, CIDR blocks, ranges; "www.example.com@192.0.2.7" asks that address for that name.</param>
/// <param name="Ports">As "443,8443,25".</param>
/// <param name="Names">What every target without a name of its own is asked for (SNI, RFC 6066); none asks for no name.</param>
/// <param name="Rate">Packets per second, 1 to 10,000,000.</param>
/// <param name="Retries">Further connection requests to a port that did not answer, 0 to 10.</param>
/// <param name="StartTls">What is spoken before TLS: none, smtp, imap, pop3; auto goes by the port.</param>
/// <param name="Patience">Seconds that a server may take, from the connection to its certificate, 1 to 60.</param>
/// <param name="Ciphers">Also asks what versions and ciphers each server accepts, on 10 to 100 connections, one after the other.</param>
/// <param name="Seed">Fixes the order; by default it follows from the task's id.</param>
/// <param name="Shard">A part of the scan, as "2/5", the second of five, or "5000-8999", places of its order.</param>
/// <param name="Wire">How packets leave: pcap, packet, xdp; by default what suits the rate.</param>
/// <param name="TargetsIn">The collection's data that holds the targets, where tls-scan-generator put them; then "targets" is empty.</param>
public sealed record TlsScanInput(
    IReadOnlyList<string> Targets,
    string Ports = "443",
    IReadOnlyList<string>? Names = null,
    int Rate = 1_000,
    int Retries = 1,
    string StartTls = "auto",
    int Patience = 5,
    bool Ciphers = false,
    ulong? Seed = null,
    string Shard = "1/1",
    string? Wire = null,
    string? TargetsIn = null);

/// <summary>How every (endpoint, name) ended; but for <paramref name="Certificates"/>, a part of open, the numbers add up to planned.</summary>
/// <param name="Open">Took a connection, and are findings, with a certificate or the reason why there is none.</param>
/// <param name="Degraded">Why what was not found may be there all the same, in one sentence each.</param>
/// <param name="Missed">The share of what answers that was not found for that loss, by estimate.</param>
public sealed record TlsScanOutput(
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
    long LateAnswers,
    long LowestRate,
    string Wire,
    IReadOnlyList<string> Degraded,
    string? NotSentReason = null,
    double? Loss = null,
    double? Missed = null,
    string? Resets = null);

/// <summary>Collects the certificates of servers, without completing a handshake: their names are what the next scan looks at.</summary>
public sealed class TlsScan : ITaskDefinition<TlsScanInput, TlsScanOutput>
{
    private const int LongestPatience = 60;

    /// <summary>Each takes two source ports.</summary>
    private const int MostNames = 256;

    private static readonly string[] Protocols = ["auto", "none", "smtp", "imap", "pop3"];

    public static string Kind => "tls-scan";

    public static string Summary => "Collects TLS certificates and the names in them.";

    public static WorkerRequirements Requirements =>
        WorkerRequirements.RawSocketAccess | WorkerRequirements.TaskDataAccess | WorkerRequirements.ReconDataAccess;

    public static TimeSpan RunTimeout => TimeSpan.FromHours(6);

    public static CutTask? Cut => ShardCut.Of;

    public static JsonTypeInfo<TlsScanInput> InputJson => TlsScanJson.Default.TlsScanInput;

    public static JsonTypeInfo<TlsScanOutput> OutputJson => TlsScanJson.Default.TlsScanOutput;

    public static void Check(TlsScanInput input, InputCheck check)
    {
        ScanTargets.Check(input.Targets, input.TargetsIn, check);
        foreach (var target in input.Targets)
        {
            if (TlsTarget.TryParse(target, out var found, out var fault))
                check.Targets(found.Range);
            else
                check.Problem("targets", fault);
        }
        foreach (var name in input.Names ?? [])
            check.Require(DomainName.Normalise(name) is not null, "names", $"'{name}' is not a host name");
        if (!PortSet.TryParse(input.Ports, out _, out var problem))
            check.Problem("ports", problem);
        RawScan.Check(input.Rate, input.Retries, input.Shard, input.Wire, check);
        check.Require(input.Patience is > 0 and <= LongestPatience, "patience", $"{input.Patience} is not from 1 to {LongestPatience} seconds");
        check.Require(Protocols.Contains(input.StartTls), "startTls", $"'{input.StartTls}' is none of {string.Join(", ", Protocols)}");
        if (check.Problems.Count == 0)
            check.Require(NamesAtOnce(Plan(input, seed: 0)) <= MostNames, "names", $"one address is asked for more than {MostNames} names");
    }

    /// <summary>How much a server says, only the server knows.</summary>
    public static Forecast? Foresee(TlsScanInput input) => input.TargetsIn is null
        ? Forecast.OfScan(ScanShard.Parse(input.Shard).Most(Questions(input)), mostEach: null, input.Rate)
        : null;

    public static async Task<TaskResult<TlsScanOutput>> ExecuteAsync(TlsScanInput input, TaskContext context)
    {
        var before = context.Checkpoint?.Deserialize(TlsScanJson.Default.TlsPosition);
        if (await ScanTargets.ReadAsync(input.Targets, input.TargetsIn, context) is not { } targets)
            return new TaskResult<TlsScanOutput>.Fail(ErrorClass.Fatal, $"targetsIn: the collection has no data '{input.TargetsIn}'");
        var plan = Plan(input with { Targets = targets }, input.Seed ?? RawScan.SeedOf(context.TaskId)) with { ResumeAt = before?.Scan };
        var store = new CertificateStore(context, before?.Certificates ?? 0);
        if (await RawScan.UntilStoppedAsync(context, stop => context.RawScanner.ScanTlsAsync(plan, context.Scope, store, stop)) is not { } coverage)
            return new TaskResult<TlsScanOutput>.Yield(TimeSpan.Zero, store.Checkpoint);
        return coverage.IsComplete
            ? Output(coverage, store.Certificates)
            : new TaskResult<TlsScanOutput>.Fail(ErrorClass.Retryable, $"{coverage.NotSentReason}");
    }

    /// <summary>How many (endpoint, name) a scan asks.</summary>
    internal static UInt128 Questions(TlsScanInput input)
    {
        var plan = Plan(input, seed: 0);
        var asked = (plan.Targets.AddressCount * (UInt128)Math.Max(plan.Names.Count, 1)) + (UInt128)plan.Named.Distinct().Count();
        return asked * (UInt128)plan.Ports.Count;
    }

    private static TlsScanPlan Plan(TlsScanInput input, ulong seed)
    {
        TlsTarget[] targets = [.. input.Targets.Select(TlsTarget.Parse)];
        return new(
            new(targets.Where(target => target.Name is null).Select(target => target.Range)),
            [.. (input.Names ?? []).Select(name => DomainName.Normalise(name)!).Distinct()],
            [.. targets.Where(target => target.Name is not null).Select(target => new NamedAddress(target.Name!, target.Range.First))],
            PortSet.Parse(input.Ports),
            input.Rate,
            input.Retries,
            seed)
        {
            StartTls = input.StartTls,
            Patience = TimeSpan.FromSeconds(input.Patience),
            Ciphers = input.Ciphers,
            Shard = ScanShard.Parse(input.Shard),
            Wire = input.Wire,
        };
    }

    private static int NamesAtOnce(TlsScanPlan plan) => Math.Max(
        plan.Names.Count, plan.Named.Distinct().CountBy(named => named.Address).Select(host => host.Value).DefaultIfEmpty().Max());

    private static TlsScanOutput Output(ScanCoverage coverage, long certificates) => new(
        coverage.Planned, coverage.Open, certificates, coverage.Closed, coverage.Filtered, coverage.NoAnswer, coverage.OutOfScope, coverage.NotSent,
        coverage.PacketsSent, coverage.SendErrors, coverage.RepliesLost, coverage.LateAnswers, coverage.LowestRate, coverage.Wire,
        coverage.Degraded, coverage.NotSentReason, coverage.Loss, coverage.Missed, coverage.Resets);
}
