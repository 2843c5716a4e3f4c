using TaskMesh.Core.Execution;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Shared.Core.Execution;

public class InterruptionWatchTests
{
    [Fact]
    public async Task A_notice_is_found_within_five_seconds_also_after_questions_that_failed()
    {
        var clock = new ManualClock();
        var looks = 0;
        var waiting = new InterruptionWatch(
            _ => ++looks switch
            {
                1 => Task.FromResult<string?>(null),
                2 => throw new HttpRequestException("nobody there"),
                _ => Task.FromResult<string?>("terminate"),
            },
            clock).WaitAsync(CancellationToken.None);

        clock.Advance(TimeSpan.FromSeconds(5));
        await Eventually.TrueAsync(() => looks == 2);
        Assert.False(waiting.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("terminate", await waiting);
    }

    [Fact]
    public async Task It_ends_when_nobody_waits_any_more()
    {
        using var cancellation = new CancellationTokenSource();
        var waiting = new InterruptionWatch(_ => Task.FromResult<string?>(null), new ManualClock()).WaitAsync(cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
