using TaskMesh.Core.Recon;
using TaskMesh.Workers.BareMetal.Scanning.Probes;
using TaskMesh.Workers.BareMetal.Scanning.Wire;

namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>Reads what comes in and settles the probes that it answers. The body of the receiver's thread.</summary>
public sealed class ReplyReceiver(
    IWire wire, IProbe probe, TargetOrder order, ProbeWindow window, ScanTally tally, FindingBuffer findings, bool reportClosed, TimeProvider clock)
{
    /// <summary>How many packets are read before the sender may touch the window again.</summary>
    private const int LargestBatch = 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan FlushInterval = TimeSpan.FromMilliseconds(100);

    public void Run(CancellationToken stop)
    {
        var flushedAt = clock.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            if (!Drain())
                wire.WaitForReply(Patience);
            if (clock.GetElapsedTime(flushedAt) < FlushInterval)
                continue;
            findings.Flush();
            flushedAt = clock.GetTimestamp();
        }
        findings.Flush();
    }

    private bool Drain()
    {
        lock (window.Gate)
        {
            for (var read = 0; read < LargestBatch; read++)
            {
                if (!wire.TryReceive(out var packet))
                    return read > 0;
                Settle(packet);
            }
        }
        return true;
    }

    private void Settle(ReadOnlySpan<byte> packet)
    {
        var verdict = probe.Judge(packet, out var target);
        if (verdict == Verdict.Unproven || !order.TryFind(target, out var index) || !window.Settle(index))
            return;
        if (verdict == Verdict.Open)
            tally.Open++;
        else
            tally.Closed++;
        if (verdict == Verdict.Open || reportClosed)
            findings.Add(new(target.Address, target.Port, verdict == Verdict.Open ? PortState.Open : PortState.Closed));
    }
}
