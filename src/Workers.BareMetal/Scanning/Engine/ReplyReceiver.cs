using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>Reads what comes in and settles the questions that it answers. The body of the receiver's thread.</summary>
public sealed class ReplyReceiver<TFinding>(ScanParts<TFinding> scan, ProbeSender<TFinding> sender)
{
    /// <summary>How many packets are read before the status thread may take questions away.</summary>
    private const int LargestBatch = 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(10);

    public void Run(CancellationToken stop)
    {
        var tickedAt = scan.Clock.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            scan.Window.BeginRound();
            if (!Drain())
                scan.Wire.WaitForReply(Patience);
            if (scan.Clock.GetElapsedTime(tickedAt) < TickInterval)
                continue;
            scan.Probe.Tick(scan.Outbox, Settle);
            tickedAt = scan.Clock.GetTimestamp();
        }
    }

    private bool Drain()
    {
        for (var read = 0; read < LargestBatch; read++)
        {
            if (!scan.Wire.TryReceive(out var packet))
                return read > 0;
            var verdict = scan.Probe.Judge(packet, scan.Outbox, out var index);
            if (verdict == Verdict.Pending)
                Hold(index);
            else if (verdict != Verdict.Unproven)
                Settle(index, verdict);
        }
        return true;
    }

    private void Hold(ulong index)
    {
        if (scan.Probe.Converses && scan.Window.Hold(index))
            Answered(index);
    }

    private void Settle(ulong index, Verdict verdict)
    {
        switch (scan.Window.Settle(index, verdict))
        {
            case SettleResult.Settled:
                Answered(index);
                break;
            case SettleResult.Concluded:
                break;
            case SettleResult.Late:
                scan.Tally.LateAnswers++;
                return;
            default:
                return;
        }
        if (verdict == Verdict.Open)
            scan.Tally.OpenSeen++;
    }

    /// <summary>The first answer tells how long answers take, and whether one got lost.</summary>
    private void Answered(ulong index)
    {
        scan.Trips.Answered(index);
        if (index < sender.AskedAgain)
            scan.Tally.LaterAnswers++;
        else
            scan.Tally.FirstAnswers++;
    }
}
