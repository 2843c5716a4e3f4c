using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Probes;
using TaskMesh.Workers.BareMetal.Scanning.Wire;

namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>One scan: a thread that sends, a thread that receives, and a watch over both that ends them when they must not go on.</summary>
/// <param name="unreachable">Targets that the wire cannot ask: they are counted as not sent, and the scan goes on.</param>
public sealed class ScanEngine(
    IWire wire, IProbe probe, TargetOrder order, AddressSet unreachable, ScopeGuard scope, ScanPace pace, bool reportClosed, TimeProvider clock)
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(100);

    public async Task<ScanCoverage> RunAsync(
        Func<IReadOnlyList<PortFinding>, CancellationToken, Task> findings, CancellationToken cancellation)
    {
        var tally = new ScanTally();
        var window = new ProbeWindow((int)Math.Min(order.Count, (ulong)pace.WindowProbes));
        var buffer = new FindingBuffer();
        var sender = new ProbeSender(wire, probe, order, window, tally, buffer, scope.Allowed, unreachable, pace, clock);
        var receiver = new ReplyReceiver(wire, probe, order, window, tally, buffer, reportClosed, clock);
        for (var slot = 0; slot < wire.Slots; slot++)
            probe.Template.CopyTo(wire.Packet(slot));

        using var sending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var receiving = new CancellationTokenSource();
        var handOver = buffer.HandOverAsync(findings, cancellation);
        // The watch looks once before the first packet leaves.
        var watch = WatchAsync(tally, sending);
        var receive = OnThread(() => receiver.Run(receiving.Token));
        var send = OnThread(() => sender.Run(sending.Token));
        try
        {
            // Whichever ends first; the sender's end is the ordinary one.
            await await Task.WhenAny(send, receive, handOver);
        }
        finally
        {
            await sending.CancelAsync();
            await Task.WhenAll(send, watch);
            await receiving.CancelAsync();
            await receive;
            buffer.Complete();
            await handOver;
        }
        cancellation.ThrowIfCancellationRequested();
        return tally.Coverage((long)order.Count, wire.Name, wire.RepliesLost);
    }

    private async Task WatchAsync(ScanTally tally, CancellationTokenSource sending)
    {
        using var timer = new PeriodicTimer(WatchInterval, clock);
        while (!sending.IsCancellationRequested)
        {
            if ((tally.Failure ?? wire.Problem() ?? scope.Closed(clock.GetUtcNow())) is { } reason)
            {
                tally.Fail(reason);
                await sending.CancelAsync();
            }
            try
            {
                await timer.WaitForNextTickAsync(sending.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private static Task OnThread(Action body) =>
        Task.Factory.StartNew(body, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
