using System.Buffers.Binary;
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
/// <param name="Closed">Whether closed ports are kept too, or only counted.</param>
/// <param name="Seed">Fixes the order of the probes; by default it follows from the task's id.</param>
public sealed record TcpSynInput(
    IReadOnlyList<string> Targets, string Ports, int Rate = 1_000, int Retries = 1, bool Closed = false, ulong? Seed = null);

/// <summary>How every target and port ended; the numbers add up to <paramref name="Planned"/>.</summary>
/// <param name="RepliesLost">Packets that came in faster than they were read: with more than none, NoAnswer may be too high.</param>
public sealed record TcpSynOutput(
    long Planned,
    long Open,
    long Closed,
    long NoAnswer,
    long OutOfScope,
    long NotSent,
    string? NotSentReason,
    long PacketsSent,
    long RepliesLost,
    string Wire);

/// <summary>Finds open TCP ports without completing a handshake: a SYN each, judged by what comes back (RFC 9293).</summary>
public sealed class TcpSyn : ITaskDefinition<TcpSynInput, TcpSynOutput>
{
    private const int HighestRate = 10_000_000;
    private const int MostRetries = 10;

    public static string Kind => "tcp-syn";

    public static string Summary => "Finds open TCP ports by SYN probes.";

    public static WorkerRequirements Requirements =>
        WorkerRequirements.RawSocketAccess | WorkerRequirements.TaskDataAccess | WorkerRequirements.ReconDataAccess;

    public static TimeSpan RunTimeout => TimeSpan.FromHours(6);

    public static JsonTypeInfo<TcpSynInput> InputJson => TcpSynJson.Default.TcpSynInput;

    public static JsonTypeInfo<TcpSynOutput> OutputJson => TcpSynJson.Default.TcpSynOutput;

    public static void Check(TcpSynInput input, InputCheck check)
    {
        check.Require(input.Targets.Count > 0, "targets", "a scan needs at least one");
        foreach (var target in input.Targets)
        {
            if (AddressRange.TryParse(target, out var range, out var fault))
                check.Targets(range);
            else
                check.Problem("targets", fault);
        }
        if (!PortSet.TryParse(input.Ports, out _, out var problem))
            check.Problem("ports", problem);
        check.Require(input.Rate is > 0 and <= HighestRate, "rate", $"{input.Rate} is not from 1 to {HighestRate} packets per second");
        check.Require(input.Retries is >= 0 and <= MostRetries, "retries", $"{input.Retries} is not from 0 to {MostRetries}");
    }

    public static async Task<TaskResult<TcpSynOutput>> ExecuteAsync(TcpSynInput input, TaskContext context)
    {
        var plan = new SynScanPlan(
            new AddressSet(input.Targets.Select(AddressRange.Parse)),
            PortSet.Parse(input.Ports),
            input.Rate,
            input.Retries,
            input.Seed ?? SeedOf(context.TaskId),
            input.Closed);
        var since = await context.ReconData.NowAsync(context.Cancellation);
        var coverage = await ScanAsync(plan, context);
        if (coverage is null)
            return new TaskResult<TcpSynOutput>.Yield(TimeSpan.Zero);
        if (!coverage.IsComplete)
            return new TaskResult<TcpSynOutput>.Fail(ErrorClass.Retryable, $"{coverage.NotSentReason}");
        if (ObservedArea.Of(plan, context.Scope, coverage) is { } area)
            await context.ReconData.MarkGoneAsync(area, since, context.Cancellation);
        return new TcpSynOutput(
            coverage.Planned, coverage.Open, coverage.Closed, coverage.NoAnswer, coverage.OutOfScope, coverage.NotSent, coverage.NotSentReason,
            coverage.PacketsSent, coverage.RepliesLost, coverage.Wire);
    }

    /// <returns>Null when the worker is told to stop: the scan runs again elsewhere, and what it finds again changes nothing.</returns>
    private static async Task<ScanCoverage?> ScanAsync(SynScanPlan plan, TaskContext context)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation, context.Stopping);
        try
        {
            return await context.RawScanner.ScanSynAsync(
                plan, context.Scope, (found, cancellation) => StoreAsync(found, context, cancellation), either.Token);
        }
        catch (OperationCanceledException) when (context.Stopping.IsCancellationRequested && !context.Cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Everything found is the task's result; what is open is an endpoint of the organisation.</summary>
    private static async Task StoreAsync(IReadOnlyList<PortFinding> found, TaskContext context, CancellationToken cancellation)
    {
        PortRow[] rows = [.. found.Select(finding => new PortRow($"{finding.Address}", finding.Port, finding.State.ToString()))];
        await context.TaskData.AppendResultAsync(JsonSerializer.SerializeToElement(rows, TcpSynJson.Default.PortRowArray), cancellation);
        JsonElement[] endpoints =
        [
            .. from finding in found
               where finding.State == PortState.Open
               select JsonSerializer.SerializeToElement(new EndpointRow($"{finding.Address}", finding.Port, "tcp"), TcpSynJson.Default.EndpointRow),
        ];
        if (endpoints.Length > 0)
            await context.ReconData.UpsertAsync(ReconModel.Endpoint, endpoints, cancellation);
    }

    /// <summary>A later attempt at the same task probes in the same order.</summary>
    private static ulong SeedOf(Guid task)
    {
        Span<byte> bytes = stackalloc byte[16];
        task.TryWriteBytes(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
    }
}

internal sealed record PortRow(string Address, int Port, string State);

internal sealed record EndpointRow(string Address, int Port, string Transport);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(TcpSynInput))]
[JsonSerializable(typeof(TcpSynOutput))]
[JsonSerializable(typeof(PortRow[]))]
[JsonSerializable(typeof(EndpointRow))]
internal sealed partial class TcpSynJson : JsonSerializerContext;
