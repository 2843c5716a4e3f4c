using TaskMesh.Aws;
using TaskMesh.Core.Messages;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Shared.Aws;

public class SqsManagerQueueTests
{
    private const string Queue = "https://sqs.us-east-1.amazonaws.com/123456789012/manager";

    private static readonly ManagerMessage[] Ticks = [.. Enumerable.Range(1, 12).Select(i => new Tick { TraceId = $"trace-{i}." })];

    [Fact]
    public async Task Messages_travel_as_their_json()
    {
        var sqs = new StubSqs(_ => null);

        await QueueOn(sqs).SendAsync(Ticks[..1], CancellationToken.None);

        Assert.Equal(Ticks[0], MessageReader.Read(System.Text.Encoding.UTF8.GetBytes(sqs.Calls.Single().Single()), Guid.Empty, out _));
    }

    [Fact]
    public async Task Only_what_was_not_accepted_is_sent_again()
    {
        var refusals = 2;
        var sqs = new StubSqs(body => body.Contains("trace-3.") && refusals-- > 0 ? new StubSqs.Fault("RequestThrottled") : null);

        await QueueOn(sqs).SendAsync(Ticks, CancellationToken.None);

        Assert.Equal([1, 1, 2, 10], sqs.Calls.Select(bodies => bodies.Length).Order());
        Assert.All(sqs.Calls.Where(bodies => bodies.Length == 1), bodies => Assert.Contains("trace-3.", bodies[0]));
    }

    [Fact]
    public async Task Sending_ends_after_five_times()
    {
        var sqs = new StubSqs(body => body.Contains("trace-3.") ? new StubSqs.Fault("RequestThrottled") : null);

        var failure = await Assert.ThrowsAsync<IOException>(() => QueueOn(sqs).SendAsync(Ticks, CancellationToken.None));

        Assert.Equal("1 of 12 messages did not reach the Manager's queue: RequestThrottled: why not", failure.Message);
        Assert.Equal(5, sqs.Calls.SelectMany(bodies => bodies).Count(body => body.Contains("trace-3.")));
    }

    [Fact]
    public async Task What_will_be_refused_again_is_not_sent_again()
    {
        var sqs = new StubSqs(body => body.Contains("trace-3.") ? new StubSqs.Fault("InvalidMessageContents", OfSender: true) : null);

        await Assert.ThrowsAsync<IOException>(() => QueueOn(sqs).SendAsync(Ticks, CancellationToken.None));

        Assert.Equal(12, sqs.Calls.SelectMany(bodies => bodies).Count());
    }

    [Fact]
    public async Task Nothing_to_send_is_no_call()
    {
        var sqs = new StubSqs(_ => null);

        await QueueOn(sqs).SendAsync([], CancellationToken.None);

        Assert.Empty(sqs.Calls);
    }

    private static SqsManagerQueue QueueOn(StubSqs sqs) => new(new SqsSender(AwsTestClients.Sqs(sqs.Http)), Queue, new HurryingClock());

    /// <summary>What waits for it waits no time.</summary>
    private sealed class HurryingClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
