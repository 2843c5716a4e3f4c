using TaskMesh.Core.Execution;
using TaskMesh.Core.Ports;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Shared.Core.Execution;

public sealed class LeaseKeeperTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualClock _clock = new();
    private readonly FakeLeases _leases = new();
    private readonly Lease _lease = new(Guid.CreateVersion7(), 1, Guid.NewGuid());

    [Theory]
    [InlineData(StopCause.KillSwitch)]
    [InlineData(StopCause.ScanWindow)]
    public async Task What_may_not_send_any_more_is_asked_to_yield_and_halted_if_it_still_runs_when_asked_again(StopCause cause)
    {
        var keeper = Keeper();
        using var held = keeper.Hold(_lease);
        await keeper.LookAsync(default);
        Assert.Null(held.Cause);

        _leases.Stops[_lease.Task] = cause;
        await keeper.LookAsync(default);
        Assert.Equal((cause, true, false, false), State(held));
        await keeper.LookAsync(default);
        Assert.Equal((cause, true, true, false), State(held));
    }

    [Fact]
    public async Task A_straggler_is_asked_to_yield_and_may_take_its_time()
    {
        var keeper = Keeper();
        using var held = keeper.Hold(_lease);

        _leases.Stops[_lease.Task] = StopCause.Straggler;
        await keeper.LookAsync(default);
        await keeper.LookAsync(default);

        Assert.Equal((StopCause.Straggler, true, false, false), State(held));
    }

    [Fact]
    public async Task What_is_nobodys_any_more_is_lost_at_once()
    {
        var keeper = Keeper();
        using var held = keeper.Hold(_lease);

        _leases.Stops[_lease.Task] = StopCause.Lost;
        await keeper.LookAsync(default);

        Assert.Equal((StopCause.Lost, false, false, true), State(held));
    }

    [Fact]
    public async Task A_worker_that_cannot_know_whether_it_may_send_stops_after_five_seconds()
    {
        var keeper = Keeper();
        using var held = keeper.Hold(_lease);
        _leases.IsDown = true;

        for (var second = 0; second < 5; second++)
        {
            await Assert.ThrowsAsync<IOException>(() => keeper.LookAsync(default));
            Assert.Null(held.Cause);
            _clock.Advance(Second);
        }
        await Assert.ThrowsAsync<IOException>(() => keeper.LookAsync(default));

        Assert.Equal((StopCause.Unknown, true, false, false), State(held));
    }

    [Fact]
    public async Task Where_nothing_is_sent_an_outage_stops_nothing()
    {
        var keeper = Keeper(blind: null);
        using var held = keeper.Hold(_lease);
        _leases.IsDown = true;

        _clock.Advance(TimeSpan.FromMinutes(10));
        await Assert.ThrowsAsync<IOException>(() => keeper.LookAsync(default));

        Assert.Null(held.Cause);
    }

    [Fact]
    public async Task A_question_that_is_under_way_at_the_end_fails_nobody()
    {
        var keeper = Keeper(blind: null);
        using var held = keeper.Hold(_lease);
        using var done = new CancellationTokenSource();
        _leases.Silence = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var failures = new List<Exception>();
        var keeping = keeper.KeepAsync(_ => Task.CompletedTask, failures.Add, done.Token);
        _clock.Advance(Second);
        await _leases.Silence.Task;

        await done.CancelAsync();

        await keeping;
        Assert.Empty(failures);
    }

    private static (StopCause?, bool Asked, bool Halted, bool Lost) State(LeaseKeeper.Held held) =>
        (held.Cause, held.Asked.IsCancellationRequested, held.Halted.IsCancellationRequested, held.Lost.IsCancellationRequested);

    private LeaseKeeper Keeper() => Keeper(5 * Second);

    private LeaseKeeper Keeper(TimeSpan? blind) => new(_leases, Second, blind, _clock);
}
