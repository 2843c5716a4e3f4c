using System.Collections.Concurrent;
using System.Text.Json;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Execution;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Workflow;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Shared.Core.Execution;

public sealed class QueueLoopTests : IDisposable
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly ManualClock _clock = new();
    private readonly FakeQueue _queue;
    private readonly FakeLeases _leases = new();
    private readonly FakeManager _manager = new();
    private readonly CancellationTokenSource _stopping = new();

    public QueueLoopTests() => _queue = new FakeQueue(_clock);

    [Fact]
    public async Task A_task_is_run_reported_and_then_deleted()
    {
        var loop = Start();
        var run = _queue.Add(Run());

        var report = Assert.IsType<CompleteTask>(_manager.Sent.Take());
        await _queue.Deleted.Reader.ReadAsync().AsTask().WaitAsync(Limit);

        Assert.Equal(run.Id, report.Task);
        await StopAsync(loop);
    }

    [Fact]
    public async Task A_message_whose_report_did_not_get_through_is_not_deleted()
    {
        _manager.IsDown = true;
        var failures = 0;
        var loop = Start(report: each => Interlocked.Add(ref failures, each is LoopEvent.ReportFailed ? 1 : 0));

        _queue.Add(Run());
        await Eventually.TrueAsync(() => Volatile.Read(ref failures) > 0);

        Assert.False(_queue.Deleted.Reader.TryRead(out _));
        await StopAsync(loop);
    }

    [Fact]
    public async Task What_another_worker_runs_is_left_hidden_for_as_long_as_its_lease()
    {
        _leases.Claim = _ => new ClaimAnswer.Busy(TimeSpan.FromSeconds(13));
        var loop = Start();

        _queue.Add(Run());

        Assert.Equal(TimeSpan.FromSeconds(13), await _queue.Hidden.Reader.ReadAsync().AsTask().WaitAsync(Limit));
        Assert.False(_queue.Deleted.Reader.TryRead(out _));
        await StopAsync(loop);
    }

    [Fact]
    public async Task What_is_of_no_use_any_more_is_deleted_unrun()
    {
        _leases.Claim = _ => ClaimAnswer.Superseded.Instance;
        var loop = Start();

        _queue.Add(Run());
        await _queue.Deleted.Reader.ReadAsync().AsTask().WaitAsync(Limit);

        Assert.Empty(_manager.Sent);
        await StopAsync(loop);
    }

    [Fact]
    public async Task A_heartbeat_keeps_lease_and_message()
    {
        var (started, _) = Script();
        var loop = Start();
        _queue.Add(Run());
        await started.WaitAsync(Limit);

        await AdvanceUntilAsync(() => _leases.Renewals >= 2);

        Assert.Equal(LeaseKeeper.LeaseTime, await _queue.Hidden.Reader.ReadAsync().AsTask().WaitAsync(Limit));
        await StopAsync(loop);
    }

    [Fact]
    public async Task A_lost_lease_stops_the_task_and_nothing_is_reported()
    {
        var (started, ended) = Script();
        var loop = Start();
        var run = _queue.Add(Run());
        await started.WaitAsync(Limit);

        _leases.Lost[run.Id] = true;
        await AdvanceUntilAsync(() => ended.IsCompleted);
        await _queue.Deleted.Reader.ReadAsync().AsTask().WaitAsync(Limit);

        Assert.Empty(_manager.Sent);
        await StopAsync(loop);
    }

    [Fact]
    public async Task A_task_that_may_not_send_when_it_comes_is_handed_back_unrun()
    {
        var (started, _) = Script();
        var loop = Start();
        var run = Run();
        _leases.Stops[run.Id] = StopCause.KillSwitch;

        _queue.Add(run);
        var report = Assert.IsType<CompleteTask>(_manager.Sent.Take());

        Assert.False(started.IsCompleted);
        Assert.Equal(new TaskOutcome.Failed(ErrorClass.Infrastructure, "The kill switch is on."), report.Outcome);
        await StopAsync(loop);
    }

    [Fact]
    public async Task Told_to_stop_a_task_that_can_yields_and_one_that_cannot_is_handed_back_after_the_grace_time()
    {
        var (started, _) = Script();
        var loop = Start();
        _queue.Add(Run());
        await started.WaitAsync(Limit);

        await _stopping.CancelAsync();
        await AdvanceUntilAsync(() => _manager.Sent.Count > 0);
        await loop.WaitAsync(Limit);

        var report = Assert.IsType<CompleteTask>(_manager.Sent.Take());
        Assert.Equal(new TaskOutcome.Failed(ErrorClass.Infrastructure, "The worker was stopped."), report.Outcome);
        Assert.True(_queue.Deleted.Reader.TryRead(out _));
    }

    [Fact]
    public async Task A_task_that_heeds_the_stop_yields_at_once()
    {
        ScriptedTask.Script.Value = async context =>
        {
            await Task.WhenAny(Task.Delay(Timeout.InfiniteTimeSpan, _clock, context.Stopping));
            return new TaskResult<ScriptedOutput>.Yield(TimeSpan.Zero, JsonElement.Parse("[1]"));
        };
        var loop = Start();
        _queue.Add(Run());
        await Eventually.TrueAsync(() => _queue.IsEmpty);

        await _stopping.CancelAsync();

        Assert.IsType<TaskOutcome.Yielded>(Assert.IsType<CompleteTask>(_manager.Sent.Take()).Outcome);
        await loop.WaitAsync(Limit);
    }

    [Fact]
    public async Task An_idle_worker_asks_whether_it_may_leave_and_stays_while_it_may_not()
    {
        var asked = 0;
        var loop = Start(mayLeave: () => ++asked == 2);

        await AdvanceUntilAsync(() => loop.IsCompleted);

        Assert.Equal(2, asked);
        Assert.InRange(_clock.GetUtcNow() - _queue.Opened, Idle, 3 * Idle);
    }

    [Fact]
    public async Task Work_that_comes_at_the_last_moment_keeps_the_worker()
    {
        var asked = 0;
        var loop = Start(mayLeave: () =>
        {
            if (++asked == 1)
                _queue.Add(Run());
            return true;
        });

        await AdvanceUntilAsync(() => loop.IsCompleted);

        Assert.IsType<CompleteTask>(_manager.Sent.Take());
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task No_more_tasks_run_at_once_than_allowed()
    {
        var (running, most) = (0, 0);
        var gate = new SemaphoreSlim(0);
        ScriptedTask.Script.Value = async context =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await gate.WaitAsync(context.Cancellation);
            Interlocked.Decrement(ref running);
            return new ScriptedOutput(0);
        };
        var loop = Start(parallelism: 2);
        for (var i = 0; i < 6; i++)
            _queue.Add(Run());

        for (var i = 0; i < 6; i++)
        {
            await Eventually.TrueAsync(() => running > 0);
            gate.Release();
            Assert.IsType<CompleteTask>(_manager.Sent.Take());
        }

        Assert.Equal(2, most);
        await StopAsync(loop);
    }

    public void Dispose() => _stopping.Dispose();

    private RunTask Run() => ScriptedTask.Run(_clock);

    /// <summary>A task that waits until it is cancelled.</summary>
    private static (Task Started, Task Ended) Script()
    {
        var (started, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        ScriptedTask.Script.Value = async context =>
        {
            started.SetResult();
            using var registration = context.Cancellation.Register(ended.SetResult);
            await ended.Task;
            throw new OperationCanceledException(context.Cancellation);
        };
        return (started.Task, ended.Task);
    }

    [Fact]
    public async Task What_a_worker_was_lost_with_runs_when_nothing_else_does_and_nothing_is_received_meanwhile()
    {
        var (slow, suspect) = (Run(), Run());
        var ends = new Dictionary<Guid, TaskCompletionSource> { [slow.Id] = new(), [suspect.Id] = new() };
        var started = new BlockingCollection<Guid>();
        var apart = false;
        _leases.Claim = run => (apart = run.Id == suspect.Id) ? ClaimAnswer.Alone.Instance : FakeLeases.Claimed(run);
        ScriptedTask.Script.Value = async context =>
        {
            started.Add(context.TaskId);
            await (ends.GetValueOrDefault(context.TaskId)?.Task ?? Task.CompletedTask);
            return new ScriptedOutput(1);
        };
        var loop = Start();
        _queue.Add(slow);
        Assert.Equal(slow.Id, started.Take());
        _queue.Add(suspect);
        await Eventually.TrueAsync(() => Volatile.Read(ref apart));
        var other = _queue.Add(Run());

        await AdvanceUntilAsync(() => _queue.Hidden.Reader.Count >= 2);
        Assert.Empty(started);
        ends[slow.Id].SetResult();
        Assert.Equal(suspect.Id, started.Take());
        Assert.False(_queue.IsEmpty);
        ends[suspect.Id].SetResult();

        Assert.Equal(other.Id, started.Take());
        await StopAsync(loop);
    }

    private Task Start(int parallelism = 4, Func<bool>? mayLeave = null, Action<LoopEvent>? report = null)
    {
        var executor = new TaskExecutor(ScriptedTask.Catalogue, _ => new WorkerCapabilities(), _clock);
        var settings = new QueueLoopSettings(parallelism, TimeSpan.FromSeconds(20), Idle, Grace);
        var loop = new QueueLoop(_queue, _leases, _manager, executor, settings, report ?? (_ => { }), _clock);
        return Task.Run(() => loop.RunAsync(_ => Task.FromResult(mayLeave?.Invoke() ?? false), _stopping.Token));
    }

    private async Task StopAsync(Task loop)
    {
        await _stopping.CancelAsync();
        await AdvanceUntilAsync(() => loop.IsCompleted);
        await loop;
    }

    /// <summary>Time passes in small steps, each of which the loop gets a moment to act on.</summary>
    private Task AdvanceUntilAsync(Func<bool> holds) => Eventually.TrueAsync(() =>
    {
        if (holds())
            return true;
        _clock.Advance(TimeSpan.FromSeconds(1));
        return false;
    });
}
