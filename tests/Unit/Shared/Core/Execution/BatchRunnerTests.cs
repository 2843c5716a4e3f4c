using System.Text.Json;
using TaskMesh.Core;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Execution;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
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

    private Task<IReadOnlyList<string>> RunAsync() =>
        new BatchRunner(new TaskExecutor(ScriptedTask.Catalogue, _ => new WorkerCapabilities(), _clock), _leases, _manager, _clock)
            .RunAsync([_message], CancellationToken.None);
}
