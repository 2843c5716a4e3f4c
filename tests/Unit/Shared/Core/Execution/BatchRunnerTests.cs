using System.Text.Json;
using TaskMesh.Core;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Execution;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Workflow;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Shared.Core.Execution;

public class BatchRunnerTests
{
    private readonly ManualClock _clock = new();
    private readonly FakeLeases _leases = new();
    private readonly FakeManager _manager = new();
    private readonly QueueMessage _message;

    public BatchRunnerTests() =>
        _message = new QueueMessage("m", "receipt", JsonSerializer.Serialize(ScriptedTask.Run(_clock), MessageJson.Default.RunTask));

    [Fact]
    public async Task A_database_that_comes_back_is_waited_for()
    {
        IsAwayFor(claims: 3);

        var running = RunAsync();
        for (var pause = 0; pause < 3; pause++)
            await PassAsync(running);

        Assert.Empty(await running);
        Assert.IsType<TaskOutcome.Succeeded>(Assert.IsType<CompleteTask>(Assert.Single(_manager.Sent)).Outcome);
    }

    [Fact]
    public async Task A_database_that_stays_away_ends_the_batch_within_the_time_of_an_invocation()
    {
        IsAwayFor(claims: int.MaxValue);

        var running = RunAsync();
        while (!running.IsCompleted)
            await PassAsync(running);

        Assert.True(_clock.Elapsed < TimeSpan.FromMinutes(2));
        await Assert.ThrowsAsync<InfrastructureException>(() => running);
        Assert.Empty(_manager.Sent);
    }

    [Fact]
    public async Task A_report_that_does_not_arrive_brings_the_batch_again()
    {
        _manager.IsDown = true;

        await Assert.ThrowsAsync<IOException>(RunAsync);
    }

    [Fact]
    public async Task A_task_that_another_worker_runs_comes_again_and_one_of_no_use_does_not()
    {
        _leases.Claim = _ => new ClaimAnswer.Busy(TimeSpan.FromSeconds(10));
        Assert.Equal(["m"], await RunAsync());

        _leases.Claim = _ => ClaimAnswer.Superseded.Instance;
        Assert.Empty(await RunAsync());
        Assert.Empty(_manager.Sent);
    }

    [Fact]
    public async Task What_ends_at_the_same_moment_is_reported_with_one_send()
    {
        Assert.Empty(await RunAsync([.. Enumerable.Range(0, 10).Select(MessageOf)]));

        Assert.Equal((10, 1), (_manager.Sent.Count, _manager.Sends));
    }

    [Fact]
    public async Task A_quick_task_is_reported_while_a_slow_one_still_runs()
    {
        var slow = SlowTask();
        var running = RunAsync([_message, slow.Message]);

        await ReportedAsync(1);
        Assert.False(running.IsCompleted);
        await RenewedAsync(slow.Id);
        slow.End.SetResult();

        Assert.Empty(await running);
        Assert.Equal(2, _manager.Sent.Count);
    }

    [Fact]
    public async Task A_lease_is_held_until_the_report_is_sent()
    {
        var pace = new TaskCompletionSource();
        _manager.Pace = pace.Task;
        var id = RunTaskReader.Read(_message.Body)!.Id;

        var running = RunAsync();
        await Eventually.TrueAsync(() => _manager.Sends == 1);
        await RenewedAsync(id);
        pace.SetResult();

        Assert.Empty(await running);
    }

    [Fact]
    public async Task Only_what_could_not_be_reported_comes_again()
    {
        var slow = SlowTask();
        var running = RunAsync([_message, slow.Message]);
        await ReportedAsync(1);
        _manager.IsDown = true;
        slow.End.SetResult();

        Assert.Equal([slow.Message.Id], await running);
    }

    [Fact]
    public async Task What_has_ended_is_reported_when_the_invocation_ends_and_what_has_not_is_handed_back()
    {
        using var limit = new CancellationTokenSource();
        var slow = SlowTask(whenStarted: limit.Cancel);

        Assert.Empty(await RunAsync([_message, slow.Message], limit.Token));

        var outcomes = _manager.Sent.Cast<CompleteTask>().ToDictionary(report => report.Task, report => report.Outcome);
        Assert.IsType<TaskOutcome.Succeeded>(outcomes[RunTaskReader.Read(_message.Body)!.Id]);
        Assert.Equal(ErrorClass.Infrastructure, Assert.IsType<TaskOutcome.Failed>(outcomes[slow.Id]).ErrorClass);
    }

    [Fact]
    public async Task A_task_runs_no_longer_than_the_database_says_that_it_has_left()
    {
        var left = TimeSpan.FromSeconds(30);
        _leases.Claim = run => FakeLeases.Claimed(run) with { TimeLeft = left };
        var started = new TaskCompletionSource();
        ScriptedTask.Script.Value = async context =>
        {
            started.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, _clock, context.Cancellation);
            return new ScriptedOutput(0);
        };

        var running = RunAsync();
        await started.Task;
        _clock.Advance(left);

        Assert.Empty(await running);
        Assert.Equal(new TaskOutcome.TimedOut(left), Assert.IsType<CompleteTask>(Assert.Single(_manager.Sent)).Outcome);
    }

    [Fact]
    public async Task What_a_worker_was_lost_with_runs_last_each_by_itself_and_is_claimed_no_sooner()
    {
        QueueMessage[] suspects = [MessageOf(1), MessageOf(2), MessageOf(3)];
        var ids = suspects.Select(message => RunTaskReader.Read(message.Body)!.Id).ToArray();
        var reported = new List<int>();
        _leases.Claim = run => ids.Contains(run.Id) ? ClaimAnswer.Alone.Instance : FakeLeases.Claimed(run);
        _leases.ClaimAlone = run =>
        {
            reported.Add(_manager.Sent.Count);
            return run.Id == ids[2] ? new ClaimAnswer.Busy(TimeSpan.FromSeconds(1)) : FakeLeases.Claimed(run);
        };

        Assert.Equal([suspects[2].Id], await RunAsync([suspects[0], _message, suspects[1], suspects[2]]));

        Assert.Equal([1, 2, 3], reported);
        Assert.Equal(3, _manager.Sent.Count);
    }

    /// <summary>A task that ends when the test says so; those beside it end at once.</summary>
    private (Guid Id, QueueMessage Message, TaskCompletionSource End) SlowTask(Action? whenStarted = null)
    {
        var message = MessageOf(1);
        var id = RunTaskReader.Read(message.Body)!.Id;
        var end = new TaskCompletionSource();
        ScriptedTask.Script.Value = async context =>
        {
            if (context.TaskId != id)
                return new ScriptedOutput(1);
            whenStarted?.Invoke();
            await end.Task.WaitAsync(context.Cancellation);
            return new ScriptedOutput(2);
        };
        return (id, message, end);
    }

    private QueueMessage MessageOf(int number) =>
        new($"m{number}", "receipt", JsonSerializer.Serialize(ScriptedTask.Run(_clock), MessageJson.Default.RunTask));

    private async Task RenewedAsync(Guid task)
    {
        _clock.Advance(LeaseKeeper.Heartbeat);
        await Eventually.TrueAsync(() => _leases.Held.Any(lease => lease.Task == task));
    }

    private Task ReportedAsync(int count) => Eventually.TrueAsync(() =>
    {
        _clock.Advance(TimeSpan.FromMilliseconds(10));
        return _manager.Sent.Count == count;
    });

    private void IsAwayFor(int claims)
    {
        var claim = _leases.Claim;
        _leases.Claim = run => claims-- > 0 ? throw new InfrastructureException("database: it is starting up") : claim(run);
    }

    /// <summary>Lets one pause pass: until a claim succeeds nothing else waits for the clock.</summary>
    private async Task PassAsync(Task running)
    {
        await Eventually.TrueAsync(() => running.IsCompleted || _clock.NextTimer is not null);
        _clock.Advance(TimeSpan.FromSeconds(1));
    }

    private Task<IReadOnlyList<string>> RunAsync() => RunAsync([_message]);

    private Task<IReadOnlyList<string>> RunAsync(QueueMessage[] messages, CancellationToken cancellation = default) =>
        new BatchRunner(new TaskExecutor(ScriptedTask.Catalogue, _ => new WorkerCapabilities(), _clock), _leases, _manager, _clock)
            .RunAsync(messages, cancellation);
}
