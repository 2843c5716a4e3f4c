using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Probes;
using TaskMesh.Workers.BareMetal.Scanning.Wire;

namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>One scan: a thread that sends, a thread that receives, and a thread that watches over both and counts.</summary>
/// <param name="unreachable">Targets that the wire cannot ask: they are counted as not sent, and the scan goes on.</param>
public sealed class ScanEngine<TFinding>(
    IWire wire,
    IProbe<TFinding> probe,
    AddressSet unreachable,
    ScopeGuard scope,
    ScanPace pace,
    TimeProvider clock,
    IProgress<ScanProgress>? progress = null,
    PacketAllowance? allowance = null)
{
    /// <summary>At faster rates every 64th answer tells how long answers take.</summary>
    private const int SampleAllUpTo = 10_000;

    private const ulong SampleStride = 64;

    /// <param name="first">The first question of the plan.</param>
    /// <param name="end">The one behind its last.</param>
    /// <param name="resumeAt">Where an earlier attempt at the same plan had come to.</param>
    public async Task<ScanCoverage> RunAsync(
        ulong first, ulong end, ScanCheckpoint? resumeAt, IScanSink<TFinding> sink, CancellationToken cancellation)
    {
        var begin = Math.Clamp(resumeAt?.Index ?? first, first, end);
        var scan = new ScanParts<TFinding>(
            wire,
            probe,
            begin,
            end,
            new ProbeWindow(begin, (int)Math.Min(end - begin, (ulong)pace.Window)),
            new PacketOutbox(probe.LargestPacket),
            new TargetGate(scope.Allowed, unreachable),
            new RoundTrips(clock, pace.CoolDown, pace.PacketsPerSecond <= SampleAllUpTo ? 1 : SampleStride),
            new ScanTally(resumeAt),
            pace,
            allowance ?? PacketAllowance.Unlimited,
            clock);
        var findings = new FindingBuffer<TFinding>();
        var sender = new ProbeSender<TFinding>(scan);
        var receiver = new ReplyReceiver<TFinding>(scan, sender);
        var status = new ScanStatus<TFinding>(scan, sender, findings, scope, progress);
        // Once before the first packet leaves.
        if (status.Problem() is { } problem)
            scan.Tally.Fail(problem);

        using var sending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var receiving = new CancellationTokenSource();
        var handOver = findings.HandOverAsync(sink, cancellation);
        var receive = OnThread(() => receiver.Run(receiving.Token));
        var send = OnThread(() => sender.Run(sending.Token));
        var watch = OnThread(() => status.Run(sending));
        try
        {
            // Whichever ends first; the sender's end is the ordinary one.
            await await Task.WhenAny(send, receive, watch, handOver);
        }
        finally
        {
            await sending.CancelAsync();
            await Task.WhenAll(send, watch);
            await receiving.CancelAsync();
            await receive;
            if (!cancellation.IsCancellationRequested)
                await OnThread(status.Finish);
            findings.Complete();
            await handOver;
        }
        cancellation.ThrowIfCancellationRequested();
        return scan.Tally.Coverage((long)(end - first), wire.Name, wire.RepliesLost, unreachable) with
        {
            Loss = status.Loss,
            Missed = ScanQuality.Missed(status.Loss, pace.Retries),
            Degraded = status.Degraded,
            LowestRate = (long)status.LowestRate,
        };
    }

    private static Task OnThread(Action body) =>
        Task.Factory.StartNew(body, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
