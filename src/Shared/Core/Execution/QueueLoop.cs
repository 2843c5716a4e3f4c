using System.Collections.Concurrent;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Core.Execution;

/// <summary>
/// The life of a polling worker: receive, claim, run, report, delete. One loop, one owner, one way to stop.
/// </summary>
/// <remarks>
/// Told to stop, it receives no more; tasks that can save their position yield, the others get the grace time and are then handed back
/// as an infrastructure failure, which counts against nobody. A message is deleted only after its report is with the Manager.
/// </remarks>
public sealed class QueueLoop(
    ITaskQueue queue,
    ITaskLeases leases,
    IManagerQueue manager,
    TaskExecutor executor,
    QueueLoopSettings settings,
    Action<LoopEvent> report,
    TimeProvider clock)
{
    /// <summary>After a failed receive, so that an unreachable queue is not asked in a busy loop.</summary>
    private static readonly TimeSpan ReceiveBackOff = TimeSpan.FromSeconds(1);

    /// <summary>What is received stays hidden for longer.</summary>
    private static readonly TimeSpan ClaimPatience = LeaseKeeper.LeaseTime * 0.75;

    /// <summary>Packets stop within two seconds of the kill switch.</summary>
    private static readonly TimeSpan Watch = TimeSpan.FromSeconds(1);

    /// <summary>A worker that cannot know whether it may send does not send.</summary>
    private static readonly TimeSpan LongestBlind = TimeSpan.FromSeconds(5);

    private readonly LeaseKeeper _keeper = new(leases, Watch, LongestBlind, clock);
    private readonly ConcurrentDictionary<Guid, QueueMessage> _messages = new();

    /// <summary>Messages of tasks that wait until nothing else runs here.</summary>
    private readonly ConcurrentDictionary<Guid, QueueMessage> _apart = new();
    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private long _lastWork;

    private bool IsIdle => _running.IsEmpty && clock.GetElapsedTime(_lastWork) >= settings.IdleTimeout;

    /// <param name="mayLeave">Asked when the worker has been idle for the idle timeout; true ends the loop after one last receive.</param>
    /// <param name="grace">Asked when the loop was told to stop; null takes the settings'.</param>
    public async Task RunAsync(Func<CancellationToken, Task<bool>> mayLeave, CancellationToken stopping, Func<TimeSpan>? grace = null)
    {
        using var end = new CancellationTokenSource();
        var keeping = _keeper.KeepAsync(ExtendVisibilityAsync, e => report(new LoopEvent.HeartbeatFailed(e)), end.Token);
        await ReceiveUntilStoppedAsync(mayLeave, stopping, end.Token);
        await WaitForRunningAsync(grace?.Invoke() ?? settings.Grace, end);
        await keeping;
    }

    private async Task ReceiveUntilStoppedAsync(Func<CancellationToken, Task<bool>> mayLeave, CancellationToken stopping, CancellationToken hardStop)
    {
        _lastWork = clock.GetTimestamp();
        while (!stopping.IsCancellationRequested)
        {
            if (_running.Count >= settings.Parallelism)
            {
                await Task.WhenAny(_running.Keys.Append(Task.Delay(Timeout.InfiniteTimeSpan, clock, stopping)));
                continue;
            }
            // No poll outlasts the idle time, so that a worker whose work ends during one leaves when it should.
            await ReceiveAsync(Shorter(settings.PollWait, settings.IdleTimeout), stopping, hardStop);
            if (!IsIdle || !await MayLeaveAsync(mayLeave, stopping))
                continue;
            if (!await ReceiveAsync(TimeSpan.Zero, stopping, hardStop))
                return;
        }
    }

    private async Task<bool> MayLeaveAsync(Func<CancellationToken, Task<bool>> mayLeave, CancellationToken stopping)
    {
        try
        {
            return await mayLeave(stopping);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            report(new LoopEvent.HeartbeatFailed(e));
            return false;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <returns>Whether anything came.</returns>
    private async Task<bool> ReceiveAsync(TimeSpan wait, CancellationToken stopping, CancellationToken hardStop)
    {
        try
        {
            var count = Math.Min(settings.Parallelism - _running.Count, QueueLoopSettings.LargestReceive);
            var received = await queue.ReceiveAsync(count, wait, LeaseKeeper.LeaseTime, stopping);
            if (received.Count > 0)
                await StartAsync(received, stopping, hardStop);
            return received.Count > 0;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception e)
        {
            report(new LoopEvent.ReceiveFailed(e));
            await Task.WhenAny(Task.Delay(ReceiveBackOff, clock, stopping));
            return false;
        }
    }

    private async Task StartAsync(IReadOnlyList<QueueMessage> received, CancellationToken stopping, CancellationToken hardStop)
    {
        var readable = received.Select(message => (Message: message, Run: RunTaskReader.Read(message.Body))).Where(
            pair => pair.Run is not null).ToArray();
        var answers = await BatchRunner.ClaimAsync(
            () => leases.ClaimAsync([.. readable.Select(pair => pair.Run!)], stopping), ClaimPatience, clock, stopping);
        var apart = new List<(QueueMessage, RunTask)>();
        foreach (var ((message, run), answer) in readable.Zip(answers))
        {
            if (answer is ClaimAnswer.Alone)
                apart.Add((message, run!));
            else
                await FollowAsync(message, run!, answer, stopping, hardStop);
        }
        if (apart.Count > 0)
            await RunApartAsync(apart, stopping, hardStop);
    }

    private async Task FollowAsync(QueueMessage message, RunTask run, ClaimAnswer answer, CancellationToken stopping, CancellationToken hardStop)
    {
        switch (answer)
        {
            case ClaimAnswer.Claimed claimed:
                Track(RunAsync(message, BatchRunner.Resume(run, claimed), claimed.Lease, stopping, hardStop));
                break;
            case ClaimAnswer.Busy busy:
                await queue.ChangeVisibilityAsync(message, busy.LeaseLeft, stopping);
                break;
            default:
                await queue.DeleteAsync(message, stopping);
                break;
        }
    }

    /// <summary>What may kill this process waits until nothing else runs in it, and nothing is received until it has ended.</summary>
    private async Task RunApartAsync(List<(QueueMessage Message, RunTask Run)> apart, CancellationToken stopping, CancellationToken hardStop)
    {
        foreach (var (message, run) in apart)
            _apart[run.Id] = message;
        try
        {
            foreach (var (message, run) in apart)
            {
                await IdleAsync(stopping);
                var answer = await BatchRunner.ClaimAsync(() => leases.ClaimAloneAsync(run, stopping), ClaimPatience, clock, stopping);
                _apart.TryRemove(run.Id, out _);
                await FollowAsync(message, run, answer, stopping, hardStop);
            }
            await IdleAsync(stopping);
        }
        finally
        {
            _apart.Clear();
        }
    }

    private async Task IdleAsync(CancellationToken stopping)
    {
        while (_running.Keys.ToArray() is { Length: > 0 } running)
            await Task.WhenAll(running).WaitAsync(stopping);
    }

    private void Track(Task run)
    {
        _running[run] = true;
        run.ContinueWith(
            done => _running.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        if (run.IsCompleted)
            _running.TryRemove(run, out _);
    }

    private async Task RunAsync(QueueMessage message, RunTask run, Lease lease, CancellationToken stopping, CancellationToken hardStop)
    {
        await Task.Yield();
        report(new LoopEvent.Started(run));
        using var held = _keeper.Hold(lease);
        _messages[run.Id] = message;
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(held.Lost, held.Halted, hardStop);
            using var asked = CancellationTokenSource.CreateLinkedTokenSource(held.Asked, stopping);
            await LookAsync();
            var ended = held.Cause is null ? await executor.ExecuteAsync(run, new RunSignals(either.Token, asked.Token)) : null;
            if (ended is null && !held.Lost.IsCancellationRequested)
                ended = run.Ended(HandedBack(held.Cause));
            if (ended is not null)
                await manager.SendAsync([ended], CancellationToken.None);
            await queue.DeleteAsync(message, CancellationToken.None);
            report(new LoopEvent.Ended(run, ended?.Outcome));
        }
        catch (Exception e)
        {
            report(new LoopEvent.ReportFailed(run, e));
        }
        finally
        {
            _messages.TryRemove(run.Id, out _);
            _lastWork = clock.GetTimestamp();
        }
    }

    /// <summary>Before the first packet: an answer that does not come is waited for by the watch.</summary>
    private async Task LookAsync()
    {
        try
        {
            await _keeper.LookAsync(CancellationToken.None);
        }
        catch (Exception e)
        {
            report(new LoopEvent.HeartbeatFailed(e));
        }
    }

    private static TaskOutcome.Failed HandedBack(StopCause? cause) => new(ErrorClass.Infrastructure, cause switch
    {
        StopCause.KillSwitch => "The kill switch is on.",
        StopCause.ScanWindow => "The scan window has closed.",
        StopCause.Unknown => "The database did not say whether packets may be sent.",
        _ => "The worker was stopped.",
    });

    /// <summary>A message stays hidden while it waits or its lease lives; the queue's own timeout shows it again when the worker dies.</summary>
    private async Task ExtendVisibilityAsync(IReadOnlySet<Guid> alive)
    {
        foreach (var message in _messages.Where(held => alive.Contains(held.Key)).Concat(_apart).Select(held => held.Value))
            await queue.ChangeVisibilityAsync(message, LeaseKeeper.LeaseTime, CancellationToken.None);
    }

    private async Task WaitForRunningAsync(TimeSpan grace, CancellationTokenSource end)
    {
        var all = Task.WhenAll(_running.Keys);
        await Task.WhenAny(all, Task.Delay(grace, clock));
        await end.CancelAsync();
        await all;
    }

    private static TimeSpan Shorter(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
