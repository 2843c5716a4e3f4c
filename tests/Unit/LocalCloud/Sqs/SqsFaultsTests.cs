using TaskMesh.LocalCloud.Faults;
using TaskMesh.LocalCloud.Sqs;

namespace TaskMesh.Unit.LocalCloud.Sqs;

public class SqsFaultsTests
{
    private static readonly SqsQueue Queue = new(1, "jobs", DateTimeOffset.UnixEpoch, QueueAttributes.Default, new Dictionary<string, string>());

    private static readonly NewMessage[] Sent =
        [.. Enumerable.Range(0, 1000).Select(i => new NewMessage(Guid.Empty, $"{i}", null, null, TimeSpan.FromSeconds(1)))];

    private static readonly ReceiptHandle[] Handles = [.. Enumerable.Range(0, 1000).Select(i => new ReceiptHandle(1, i, 1))];

    [Fact]
    public void Nothing_goes_wrong_unless_it_is_asked_for()
    {
        var source = new FaultSource(7);
        var faults = new SqsFaults(new QueueFaultConfiguration(), source);

        Assert.Same(Sent, faults.Delivered(Queue, Sent));
        Assert.Same(Handles, faults.Deleted(Queue, Handles));
        Assert.False(faults.FailsEntry(Queue, new SqsEntry { MessageBody = "x" }));
        Assert.False(faults.LosesReply("SendMessage", new SqsRequest()));
        Assert.Empty(source.Counts);
    }

    [Fact]
    public void The_same_seed_brings_the_same_faults()
    {
        var shares = new QueueFaultConfiguration { Duplicates = 0.1, Delays = 0.1, LostDeletes = 0.1 };
        var (one, other) = (new SqsFaults(shares, new FaultSource(7)), new SqsFaults(shares, new FaultSource(7)));

        Assert.Equal(one.Delivered(Queue, Sent), other.Delivered(Queue, Sent));
        Assert.Equal(one.Deleted(Queue, Handles), other.Deleted(Queue, Handles));
        Assert.NotEqual(one.Deleted(Queue, Handles), new SqsFaults(shares, new FaultSource(8)).Deleted(Queue, Handles));
    }

    [Fact]
    public void Copies_are_the_same_message_and_what_is_late_is_late_by_the_limit_at_most()
    {
        var faults = new SqsFaults(new QueueFaultConfiguration { Duplicates = 0.1, Delays = 0.5, LongestDelaySeconds = 30 }, new FaultSource(7));

        var delivered = faults.Delivered(Queue, Sent);

        Assert.Equal(Sent.Select(message => message.Body), delivered.Select(message => message.Body).Distinct());
        Assert.Equal([2, 3], delivered.CountBy(message => message.Body).Select(body => body.Value).Where(copies => copies > 1).Distinct().Order());
        Assert.All(delivered, message => Assert.InRange(message.Delay, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(31)));
        Assert.True(delivered.Select(message => message.Delay).Distinct().Count() > 100);
    }

    [Theory]
    [InlineData("SendMessageBatch", true)]
    [InlineData("ReceiveMessage", true)]
    [InlineData("CreateQueue", false)]
    [InlineData(null, false)]
    public void Replies_get_lost_for_messages_only(string? operation, bool lost)
    {
        var faults = new SqsFaults(new QueueFaultConfiguration { LostReplies = 1 }, new FaultSource(7));

        Assert.Equal(lost, faults.LosesReply(operation, new SqsRequest { QueueUrl = "http://x/jobs" }));
    }
}
