using TaskMesh.Core.Execution;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Shared.Core.Execution;

public class LifeWatchTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    private readonly ManualClock _clock = new();

    [Fact]
    public async Task A_worker_leaves_when_its_longest_life_is_over_and_not_before()
    {
        var waiting = Watch(null).WaitAsync(CancellationToken.None);

        _clock.Advance(Longest - TimeSpan.FromSeconds(1));
        Assert.False(waiting.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(await waiting);
    }

    [Fact]
    public async Task A_cloud_that_never_answers_makes_no_life_longer()
    {
        var waiting = Watch(cancellation => new TaskCompletionSource<string?>().Task.WaitAsync(cancellation)).WaitAsync(CancellationToken.None);

        _clock.Advance(Longest);

        Assert.Null(await waiting);
    }

    [Fact]
    public async Task A_notice_of_the_cloud_comes_first() =>
        Assert.Equal("terminate", await Watch(_ => Task.FromResult<string?>("terminate")).WaitAsync(CancellationToken.None));

    [Fact]
    public async Task It_ends_when_nobody_waits_any_more()
    {
        using var cancellation = new CancellationTokenSource();
        var waiting = Watch(_ => Task.FromResult<string?>(null)).WaitAsync(cancellation.Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    private LifeWatch Watch(Func<CancellationToken, Task<string?>>? look) => new(Longest, look, _clock);
}
