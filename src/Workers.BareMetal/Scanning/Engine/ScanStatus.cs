using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>
/// Watches over sender and receiver: ends them when they must not go on, counts and reports the questions that are over, each once and in
/// order, says every second from where the scan could be taken up, and sets the rate. The body of the status thread.
/// </summary>
public sealed class ScanStatus<TFinding>(
    ScanParts<TFinding> scan, ProbeSender<TFinding> sender, FindingBuffer<TFinding> findings, ScopeGuard scope, IProgress<ScanProgress>? progress)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(1);

    private readonly RateGovernor _governor = new(scan.Pace.PacketsPerSecond, scan.Pace.Retries);
    private readonly ScanQuality _quality = new(scan.First, scan.End, scan.Pace.Retries);
    private ulong _checkpointed = scan.First;

    public double LowestRate => _governor.LowestRate;

    public double? Loss => RateGovernor.Loss(Answers(), scan.Pace.Retries);

    /// <summary>Why what was not found may be there all the same, of earlier attempts too.</summary>
    public IReadOnlyList<string> Degraded =>
    [
        .. scan.Tally.DegradedBefore.Union(
            _quality.Reasons(Answers(), scan.Wire.RepliesLost, scan.Wire.AllowanceExceeded, scan.Tally.LateAnswers)),
    ];

    /// <summary>Why the scan must not go on now, or null.</summary>
    public string? Problem() => scan.Wire.Problem() ?? scan.Probe.Problem ?? scope.Closed(scan.Clock.GetUtcNow());

    /// <param name="sending">Cancelled here when the scan must end.</param>
    public void Run(CancellationTokenSource sending)
    {
        var reportedAt = scan.Clock.GetTimestamp();
        while (!sending.IsCancellationRequested)
        {
            // Asked before anything is counted: over a link that was down, silence says nothing.
            if (Problem() is { } problem)
                scan.Tally.Fail(problem);
            if (scan.Tally.Failure is not null)
            {
                sending.Cancel();
                return;
            }
            scan.Window.Retire(scan.Window.NextHeld(scan.Window.First, sender.Over));
            TakeAway(receiverHasEnded: false);
            if (scan.Clock.GetElapsedTime(reportedAt) >= ReportInterval)
            {
                reportedAt = scan.Clock.GetTimestamp();
                Report();
            }
            sending.Token.WaitHandle.WaitOne(Interval);
        }
    }

    /// <summary>Once the other threads have ended: counts the rest.</summary>
    public void Finish()
    {
        if (Problem() is { } problem)
            scan.Tally.Fail(problem);
        if (scan.Tally.Failure is null)
        {
            scan.Window.Retire(scan.End);
            TakeAway(receiverHasEnded: true);
        }
        else
        {
            // What was answered counts; what was not was not asked to its end.
            Collect(scan.Window.Reclaimed, scan.Window.Next, waitingIsSilence: false);
        }
        Report();
        findings.Complete();
    }

    private void TakeAway(bool receiverHasEnded)
    {
        var (first, end) = scan.Window.Reclaimable(receiverHasEnded);
        if (first == end)
            return;
        Collect(first, end, waitingIsSilence: true);
        scan.Window.Reclaim(end);
    }

    private void Collect(ulong first, ulong end, bool waitingIsSilence)
    {
        while (first < end)
        {
            var run = scan.Window.Run(first, end);
            scan.Tally.Count(run, waitingIsSilence);
            if (waitingIsSilence)
                _quality.Count(first, run);
            for (var place = run.IndexOfAnyInRange((byte)ProbeEnding.Open, (byte)ProbeEnding.Failed); place >= 0;)
            {
                if (scan.Probe.TryReport(first + (ulong)place, (Verdict)run[place], out var finding))
                    findings.Add(finding);
                var further = run[(place + 1)..].IndexOfAnyInRange((byte)ProbeEnding.Open, (byte)ProbeEnding.Failed);
                place = further < 0 ? -1 : place + 1 + further;
            }
            first += (ulong)run.Length;
        }
    }

    private void Report()
    {
        var reclaimed = scan.Window.Reclaimed;
        findings.Flush();
        if (reclaimed > _checkpointed)
            findings.Mark(scan.Tally.Checkpoint(reclaimed) with { End = scan.End, Degraded = Degraded });
        _checkpointed = reclaimed;
        _governor.Observe(Answers());
        sender.Rate = _governor.Rate;
        progress?.Report(new(
            scan.First, scan.End, scan.Window.Next, scan.Tally.PacketsSent, scan.Tally.OpenSeen, scan.Tally.FirstAnswers + scan.Tally.LaterAnswers,
            Loss, scan.Wire.RepliesLost,
            Math.Min(_governor.Rate, scan.Allowance.Now.Total)));
    }

    private ScanAnswers Answers() => new(scan.Tally.FirstAnswers, scan.Tally.LaterAnswers, scan.Wire.RepliesLost + scan.Wire.AllowanceExceeded);
}
