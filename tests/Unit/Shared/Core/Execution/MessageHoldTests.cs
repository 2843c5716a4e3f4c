using TaskMesh.Core.Execution;
using TaskMesh.Core.Ports;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Shared.Core.Execution;

public class MessageHoldTests
{
    private static readonly ReceivedMessage First = new("manager", "a", "receipt a", 1);
    private static readonly ReceivedMessage Fourth = new("manager", "b", "receipt b", 4);

    private readonly ManualClock _clock = new();
    private readonly Visibilities _queue = new();

    [Fact]
    public async Task Messages_stay_hidden_for_little_longer_than_a_lease_while_they_are_handled()
    {
        var handling = new TaskCompletionSource<IReadOnlyList<string>>();

        var holding = HoldAsync(() => handling.Task);
        foreach (var beat in new[] { 2, 3 })
        {
            await Eventually.TrueAsync(() => _clock.NextTimer is not null);
            _clock.Advance(LeaseKeeper.Heartbeat);
            await Eventually.TrueAsync(() => _queue.Changes.Count == beat);
        }
        handling.SetResult([]);

        Assert.Empty(await holding);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(3, _queue.Changes.Count);
        Assert.All(_queue.Changes, change => Assert.Equal([(First, MessageHold.Hidden), (Fourth, MessageHold.Hidden)], change));
    }

    [Fact]
    public async Task What_failed_comes_again_soon_and_later_each_time()
    {
        var failed = await HoldAsync(() => Task.FromResult<IReadOnlyList<string>>(["a", "b"]));

        Assert.Equal(["a", "b"], failed);
        var (once, often) = (_queue.Changes[^1][0].Visibility, _queue.Changes[^1][1].Visibility);
        Assert.InRange(once, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        Assert.InRange(often, TimeSpan.FromSeconds(27), TimeSpan.FromSeconds(54));
    }

    [Fact]
    public async Task What_did_not_fail_is_left_to_be_deleted()
    {
        await HoldAsync(() => Task.FromResult<IReadOnlyList<string>>(["b"]));

        Assert.Equal([Fourth], _queue.Changes[^1].Select(change => change.Message));
    }

    [Fact]
    public async Task A_handler_that_throws_has_failed_with_all_of_them()
    {
        await Assert.ThrowsAsync<IOException>(() => HoldAsync(() => throw new IOException("the database is away")));

        Assert.Equal([First, Fourth], _queue.Changes[^1].Select(change => change.Message));
        Assert.All(_queue.Changes[^1], change => Assert.True(change.Visibility < TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task A_queue_that_does_not_answer_keeps_nobody_from_work()
    {
        _queue.IsDown = true;

        Assert.Equal(["a"], await HoldAsync(() => Task.FromResult<IReadOnlyList<string>>(["a"])));
    }

    [Fact]
    public async Task An_outage_of_half_an_hour_does_not_use_up_ten_receives()
    {
        var waits = new List<TimeSpan>();
        for (var receive = 1; receive < 10; receive++)
        {
            var hold = new MessageHold(_queue, _clock, new Least());
            await hold.RunAsync([First with { Receives = receive }], () => Task.FromResult<IReadOnlyList<string>>(["a"]));
            waits.Add(_queue.Changes[^1][0].Visibility);
        }

        Assert.True(waits.Aggregate(TimeSpan.Zero, (sum, wait) => sum + wait) > TimeSpan.FromMinutes(28));
    }

    private Task<IReadOnlyList<string>> HoldAsync(Func<Task<IReadOnlyList<string>>> handle) =>
        new MessageHold(_queue, _clock, new Random(1)).RunAsync([First, Fourth], handle);

    private sealed class Least : Random
    {
        public override double NextDouble() => 0;
    }

    private sealed class Visibilities : IMessageVisibility
    {
        public List<IReadOnlyList<(ReceivedMessage Message, TimeSpan Visibility)>> Changes { get; } = [];

        public bool IsDown { get; set; }

        public Task ChangeAsync(IReadOnlyList<(ReceivedMessage Message, TimeSpan Visibility)> changes, CancellationToken cancellation)
        {
            if (IsDown)
                throw new IOException("unreachable");
            Changes.Add(changes);
            return Task.CompletedTask;
        }
    }
}
