using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Probes;
using TaskMesh.Workers.BareMetal.Scanning.Wire;

namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>Sends the probes of an order, window by window, and again to what did not answer. The body of the sender's thread.</summary>
public sealed class ProbeSender(
    IWire wire,
    IProbe probe,
    TargetOrder order,
    ProbeWindow window,
    ScanTally tally,
    FindingBuffer findings,
    AddressSet allowed,
    AddressSet unreachable,
    ScanPace pace,
    TimeProvider clock)
{
    /// <summary>A full queue of the interface passes in milliseconds; an error that stays for half a second is no passing one.</summary>
    private const int LargestErrorCount = 50;

    private static readonly TimeSpan ErrorPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(5);

    private readonly PacketPacer _pacer = new(pace.PacketsPerSecond, clock);

    /// <summary>Asked for every packet, whatever the plan says.</summary>
    private readonly AddressSet _askable = allowed.Except(unreachable);

    public void Run(CancellationToken stop)
    {
        for (ulong first = 0; first < order.Count && !stop.IsCancellationRequested;)
        {
            window.Open(first, order.Count);
            first += (ulong)window.Count;
            for (var attempt = 0; attempt <= pace.Retries && !window.IsAllSettled; attempt++)
            {
                SendPass(stop);
                Rest(pace.RestAfter(attempt), stop);
            }
            // Only a window that was asked to its end over a sound link may say that a port does not answer.
            if (wire.Problem() is { } problem)
                tally.Fail(problem);
            if (stop.IsCancellationRequested || tally.Failure is not null)
                return;
            tally.NoAnswer += window.Close();
        }
    }

    private void SendPass(CancellationToken stop)
    {
        var batch = Math.Min(_pacer.Batch, wire.Slots);
        var filled = 0;
        for (var place = 0; place < window.Count && !stop.IsCancellationRequested; place++)
        {
            if (window.IsSettled(place))
                continue;
            var index = window.First + (ulong)place;
            var target = order[index];
            if (!_askable.Contains(target.Address))
            {
                LeaveOut(target, index);
                continue;
            }
            probe.Aim(wire.Packet(filled), target);
            if (++filled < batch)
                continue;
            Send(filled, stop);
            filled = 0;
        }
        Send(filled, stop);
    }

    private void LeaveOut(in ProbeTarget target, ulong index)
    {
        window.Settle(index);
        if (!allowed.Contains(target.Address))
            tally.OutOfScope++;
        else
            tally.Unreachable = unreachable;
    }

    private void Send(int count, CancellationToken stop)
    {
        WaitForTurn(count, stop);
        var errors = 0;
        for (var sent = 0; sent < count && !stop.IsCancellationRequested;)
        {
            var accepted = wire.Send(sent, count - sent, out var error);
            sent += accepted;
            tally.PacketsSent += accepted;
            if (error is null)
                continue;
            errors = accepted > 0 ? 1 : errors + 1;
            if (errors > LargestErrorCount)
            {
                tally.Fail(error);
                return;
            }
            stop.WaitHandle.WaitOne(ErrorPause);
        }
    }

    private void WaitForTurn(int count, CancellationToken stop)
    {
        while (findings.IsFillingUp && !stop.WaitHandle.WaitOne(Glance))
        {
        }
        while (!_pacer.TryTake(count, out var wait) && !stop.WaitHandle.WaitOne((int)Math.Ceiling(wait.TotalMilliseconds)))
        {
        }
    }

    private void Rest(TimeSpan duration, CancellationToken stop)
    {
        var since = clock.GetTimestamp();
        while (clock.GetElapsedTime(since) < duration && !window.IsAllSettled && !stop.WaitHandle.WaitOne(Glance))
        {
        }
    }
}
