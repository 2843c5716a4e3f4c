using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Tasks.Scans;

/// <param name="Targets">Addresses, CIDR blocks, ranges; each address is scanned once.</param>
/// <param name="Ports">As "22,80,8000-8100".</param>
/// <param name="Rate">Packets per second, 1 to 10,000,000.</param>
/// <param name="Retries">Further probes for a port that did not answer, 0 to 10.</param>
/// <param name="Closed">Whether closed and filtered ports are kept too, or only counted.</param>
/// <param name="Seed">Fixes the order of the probes; by default it follows from the task's id.</param>
/// <param name="OpenOnly">Leaves refusals unread: cheaper, but closed ports count as no answer.</param>
/// <param name="PortThreshold">A host with more open ports than this answers on all: no more of them are kept.</param>
/// <param name="Shard">A part of the scan, as "2/5", the second of five, or "5000-8999", places of its order.</param>
/// <param name="Wire">How packets leave: pcap, packet, xdp; by default what suits the rate.</param>
/// <param name="TargetsIn">The collection's data that holds the targets, where tcp-syn-generator put them; then "targets" is empty.</param>
public sealed record TcpSynInput(
    IReadOnlyList<string> Targets,
    string Ports,
    int Rate = 1_000,
    int Retries = 1,
    bool Closed = false,
    ulong? Seed = null,
    bool OpenOnly = false,
    int PortThreshold = 256,
    string Shard = "1/1",
    string? Wire = null,
    string? TargetsIn = null);

/// <summary>How every target and port ended; the numbers add up to <paramref name="Planned"/>.</summary>
/// <param name="RepliesLost">Packets that came in faster than they were read: with more than none, NoAnswer may be too high.</param>
/// <param name="SendErrors">Packets that the interface refused and that were sent again.</param>
/// <param name="LateAnswers">Answers to ports that had been given up: with more than none, NoAnswer may be too high.</param>
/// <param name="Loss">The measured share of lost packets; null where too few ports answered, or none was asked twice.</param>
/// <param name="Missed">The share of what answers that was not found for that loss, by estimate.</param>
/// <param name="LowestRate">What the scan slowed down to, in packets per second.</param>
/// <param name="Resets">Who resets the connections that were opened half.</param>
/// <param name="AllPortsOpen">Hosts that answer on all ports.</param>
/// <param name="Degraded">Why what was not found may be there all the same, in one sentence each.</param>
public sealed record TcpSynOutput(
    long Planned,
    long Open,
    long Closed,
    long Filtered,
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
    string Wire,
    string? Resets,
    IReadOnlyList<string> AllPortsOpen,
    IReadOnlyList<string> Degraded);

/// <summary>Finds open TCP ports without completing a handshake: a SYN each, judged by what comes back (RFC 9293).</summary>
public sealed class TcpSyn : ITaskDefinition<TcpSynInput, TcpSynOutput>
{
    public static string Kind => "tcp-syn";

    public static string Summary => "Finds open TCP ports by SYN probes.";

    public static WorkerRequirements Requirements =>
        WorkerRequirements.RawSocketAccess | WorkerRequirements.TaskDataAccess | WorkerRequirements.ReconDataAccess;

    public static TimeSpan RunTimeout => TimeSpan.FromHours(6);

    public static CutTask? Cut => ShardCut.Of;

    public static JsonTypeInfo<TcpSynInput> InputJson => TcpSynJson.Default.TcpSynInput;

    public static JsonTypeInfo<TcpSynOutput> OutputJson => TcpSynJson.Default.TcpSynOutput;

    public static void Check(TcpSynInput input, InputCheck check)
    {
        ScanTargets.Check(input.Targets, input.TargetsIn, check);
        foreach (var target in input.Targets)
        {
            if (AddressRange.TryParse(target, out var range, out var fault))
                check.Targets(range);
            else
                check.Problem("targets", fault);
        }
        if (!PortSet.TryParse(input.Ports, out _, out var problem))
            check.Problem("ports", problem);
        RawScan.Check(input.Rate, input.Retries, input.Shard, input.Wire, check);
        check.Require(input.PortThreshold > 0, "portThreshold", $"{input.PortThreshold} is not at least 1");
    }

    /// <summary>An open port takes a reset besides the question.</summary>
    public static Forecast? Foresee(TcpSynInput input) => input.TargetsIn is null
        ? Forecast.OfScan(ScanShard.Parse(input.Shard).Most(Questions(input.Targets, input.Ports)), Math.Max(input.Retries + 1, 2), input.Rate)
        : null;

    internal static UInt128 Questions(IEnumerable<string> targets, string ports) =>
        new AddressSet(targets.Select(AddressRange.Parse)).AddressCount * (UInt128)PortSet.Parse(ports).Count;

    public static async Task<TaskResult<TcpSynOutput>> ExecuteAsync(TcpSynInput input, TaskContext context)
    {
        var before = context.Checkpoint?.Deserialize(TcpSynJson.Default.SynPosition);
        if (await ScanTargets.ReadAsync(input.Targets, input.TargetsIn, context) is not { } targets)
            return new TaskResult<TcpSynOutput>.Fail(ErrorClass.Fatal, $"targetsIn: the collection has no data '{input.TargetsIn}'");
        var plan = new SynScanPlan(
            new AddressSet(targets.Select(AddressRange.Parse)),
            PortSet.Parse(input.Ports),
            input.Rate,
            input.Retries,
            input.Seed ?? RawScan.SeedOf(context.TaskId))
        {
            ReportClosed = input.Closed,
            OpenOnly = input.OpenOnly,
            PortThreshold = input.PortThreshold,
            Shard = ScanShard.Parse(input.Shard),
            Wire = input.Wire,
            ResumeAt = before?.Scan,
        };
        var since = before?.Since ?? await context.ReconData.NowAsync(context.Cancellation);
        var store = new PortStore(context, since);
        if (plan.ResumeAt is { } resumed)
            await store.CheckpointAsync(resumed, context.Cancellation);
        if (await RawScan.UntilStoppedAsync(context, stop => context.RawScanner.ScanSynAsync(plan, context.Scope, store, stop)) is not { } coverage)
            return new TaskResult<TcpSynOutput>.Yield(TimeSpan.Zero, store.Checkpoint);
        if (!coverage.IsComplete)
            return new TaskResult<TcpSynOutput>.Fail(ErrorClass.Retryable, $"{coverage.NotSentReason}");
        if (ObservedArea.Of(plan, context.Scope, coverage) is { } area)
            await context.ReconData.MarkGoneAsync(area, since, context.Cancellation);
        return Output(coverage);
    }

    private static TcpSynOutput Output(ScanCoverage coverage) => new(
        coverage.Planned, coverage.Open, coverage.Closed, coverage.Filtered, coverage.NoAnswer, coverage.OutOfScope, coverage.NotSent,
        coverage.NotSentReason, coverage.PacketsSent, coverage.SendErrors, coverage.RepliesLost, coverage.LateAnswers, coverage.Loss,
        coverage.Missed, coverage.LowestRate, coverage.Wire, coverage.Resets, coverage.AllPortsOpen, coverage.Degraded);

    /// <summary>Everything found is the task's result; what is open is an endpoint of the organisation.</summary>
    private sealed class PortStore(TaskContext context, DateTimeOffset since) : IScanSink<PortFinding>
    {
        public JsonElement? Checkpoint { get; private set; } = context.Checkpoint;

        public async Task FoundAsync(IReadOnlyList<PortFinding> findings, CancellationToken cancellation)
        {
            PortRow[] rows = [.. findings.Select(finding => new PortRow($"{finding.Address}", finding.Port, finding.State))];
            await context.TaskData.AppendResultAsync(JsonSerializer.SerializeToElement(rows, TcpSynJson.Default.PortRowArray), cancellation);
            JsonElement[] endpoints =
            [
                .. from finding in findings
                   where finding.State == PortState.Open
                   select JsonSerializer.SerializeToElement(
                       new EndpointRow($"{finding.Address}", finding.Port, "tcp"), TcpSynJson.Default.EndpointRow),
            ];
            if (endpoints.Length > 0)
                await context.ReconData.UpsertAsync(ReconModel.Endpoint, endpoints, cancellation);
        }

        public async Task CheckpointAsync(ScanCheckpoint checkpoint, CancellationToken cancellation)
        {
            var position = JsonSerializer.SerializeToElement(new SynPosition(since, checkpoint), TcpSynJson.Default.SynPosition);
            await context.TaskData.SaveCheckpointAsync(position, cancellation);
            Checkpoint = position;
        }
    }
}

internal sealed record PortRow(
    string Address, int Port, [property: JsonConverter(typeof(JsonStringEnumConverter<PortState>))] PortState State);

internal sealed record EndpointRow(string Address, int Port, string Transport);

/// <summary>What a later attempt needs: when the first one began, since what was not seen from then on is gone, and how far the scan is.</summary>
internal sealed record SynPosition(DateTimeOffset Since, ScanCheckpoint Scan);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TcpSynInput))]
[JsonSerializable(typeof(TcpSynOutput))]
[JsonSerializable(typeof(PortRow[]))]
[JsonSerializable(typeof(EndpointRow))]
[JsonSerializable(typeof(SynPosition))]
internal sealed partial class TcpSynJson : JsonSerializerContext;
