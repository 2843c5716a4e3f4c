using System.Text.Json;
using TaskMesh.Core;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Execution;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Shared.Core.Execution;

public class TaskExecutorTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task What_a_task_returns_is_reported_with_attempt_and_nonce()
    {
        var run = Run("""{"size":3}""");

        var report = await ExecuteAsync(run);

        Assert.Equal((run.Id, run.Attempt, run.Nonce), (report!.Task, report.Attempt, report.Nonce));
        Assert.Equal("""{"size":3}""", Assert.IsType<TaskOutcome.Succeeded>(report.Outcome).Data?.GetRawText());
    }

    [Theory]
    [InlineData("""{"size":10}""", "input refused: size: 10 is not below 10")]
    [InlineData("""{"colour":1}""", "input refused: colour: 'scripted' has no such field; it has size")]
    [InlineData("""{"size":"x"}""", "input refused: size: has the wrong form for 'scripted'")]
    public async Task An_input_that_breaks_a_rule_is_never_run(string input, string message) =>
        Assert.Equal(new TaskOutcome.Failed(ErrorClass.Fatal, message), (await ExecuteAsync(Run(input)))!.Outcome);

    [Fact]
    public async Task An_unknown_kind_ends_after_one_attempt() => Assert.Equal(
        new TaskOutcome.Failed(ErrorClass.Fatal, "unknown-definition: this worker has no task kind 'other'"),
        (await ExecuteAsync(Run() with { Kind = "other" }))!.Outcome);

    [Fact]
    public async Task Use_of_what_was_not_declared_fails_by_name()
    {
        ScriptedTask.Script.Value = context => Task.FromResult<TaskResult<ScriptedOutput>>(new ScriptedOutput(context.RawScanner.GetHashCode()));

        Assert.Equal(
            new TaskOutcome.Failed(ErrorClass.Fatal, "'scripted' used RawSocketAccess without declaring it."), (await ExecuteAsync(Run()))!.Outcome);
    }

    [Fact]
    public async Task A_surprise_is_a_failure_that_may_be_tried_again()
    {
        ScriptedTask.Script.Value = _ => throw new InvalidOperationException("oh");

        var failed = Assert.IsType<TaskOutcome.Failed>((await ExecuteAsync(Run()))!.Outcome);

        Assert.Equal(new TaskOutcome.Failed(ErrorClass.Retryable, "InvalidOperationException: oh"), failed with { Stack = null });
        Assert.Contains(nameof(A_surprise_is_a_failure_that_may_be_tried_again), failed.Stack);
        Assert.InRange(failed.Stack!.Length, 1, 4_000);
    }

    [Fact]
    public async Task A_failure_of_the_surroundings_is_reported_as_one()
    {
        ScriptedTask.Script.Value = _ => throw new InfrastructureException("database: down");

        Assert.Equal(new TaskOutcome.Failed(ErrorClass.Infrastructure, "database: down"), (await ExecuteAsync(Run()))!.Outcome);
    }

    [Fact]
    public async Task A_yield_keeps_its_checkpoint()
    {
        ScriptedTask.Script.Value = _ =>
            Task.FromResult<TaskResult<ScriptedOutput>>(new TaskResult<ScriptedOutput>.Yield(TimeSpan.FromSeconds(5), JsonElement.Parse("[7]")));

        var yielded = Assert.IsType<TaskOutcome.Yielded>((await ExecuteAsync(Run()))!.Outcome);

        Assert.Equal((TimeSpan.FromSeconds(5), "[7]"), (yielded.After, yielded.Checkpoint?.GetRawText()));
    }

    [Fact]
    public async Task A_task_that_runs_too_long_is_stopped()
    {
        ScriptedTask.Script.Value = async context =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _clock, context.Cancellation);
            return new ScriptedOutput(0);
        };

        var report = ExecuteAsync(Run());
        _clock.Advance(ScriptedTask.RunTimeout);

        Assert.Equal(new TaskOutcome.TimedOut(ScriptedTask.RunTimeout), (await report)!.Outcome);
    }

    [Fact]
    public async Task A_task_that_ignores_its_cancellation_loses_its_slot_anyway()
    {
        var never = new TaskCompletionSource<TaskResult<ScriptedOutput>>();
        ScriptedTask.Script.Value = _ => never.Task;

        var report = ExecuteAsync(Run());
        _clock.Advance(ScriptedTask.RunTimeout + TimeSpan.FromSeconds(10));

        Assert.IsType<TaskOutcome.TimedOut>((await report)!.Outcome);
    }

    [Fact]
    public async Task A_task_past_its_deadline_is_never_started()
    {
        ScriptedTask.Script.Value = _ => throw new InvalidOperationException("started");

        Assert.IsType<TaskOutcome.TimedOut>((await ExecuteAsync(Run() with { RunTimeout = TimeSpan.Zero }))!.Outcome);
    }

    [Theory]
    [InlineData(-24)]
    [InlineData(24)]
    public async Task A_machine_whose_clock_is_wrong_by_a_day_runs_tasks_all_the_same(int hours)
    {
        var run = Run();
        var wrong = new ManualClock(_clock.GetUtcNow() + TimeSpan.FromHours(hours));

        var report = await new TaskExecutor(ScriptedTask.Catalogue, _ => new WorkerCapabilities(), wrong).ExecuteAsync(run, default);

        Assert.IsType<TaskOutcome.Succeeded>(report!.Outcome);
    }

    [Fact]
    public async Task Nobody_is_told_of_an_attempt_that_nobody_waits_for()
    {
        using var lost = new CancellationTokenSource();
        ScriptedTask.Script.Value = async context =>
        {
            await lost.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, _clock, context.Cancellation);
            return new ScriptedOutput(0);
        };

        Assert.Null(await new TaskExecutor(ScriptedTask.Catalogue, _ => new(), _clock).ExecuteAsync(Run(), new RunSignals(lost.Token, default)));
    }

    private RunTask Run(string input = "{}") => ScriptedTask.Run(_clock, input);

    private Task<CompleteTask?> ExecuteAsync(RunTask run) =>
        new TaskExecutor(ScriptedTask.Catalogue, _ => new WorkerCapabilities(), _clock).ExecuteAsync(run, default);
}
