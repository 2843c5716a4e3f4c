using TaskMesh.Aws;
using TaskMesh.Core.Ports;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Shared.Aws;

public class SqsSenderTests
{
    private const string Queue = "https://sqs.us-east-1.amazonaws.com/123456789012/one";
    private const string OtherQueue = "https://sqs.us-east-1.amazonaws.com/123456789012/other";

    [Fact]
    public async Task Messages_go_ten_at_a_time_and_by_queue()
    {
        var sqs = new StubSqs(_ => null);
        var messages = Enumerable.Range(0, 25).Select(i => new OutgoingMessage(i % 5 == 0 ? OtherQueue : Queue, $"{i}")).ToList();

        var answers = await SenderOn(sqs.Http).SendAsync(messages, CancellationToken.None);

        Assert.All(answers, answer => Assert.True(answer.IsAccepted));
        Assert.Equal([5, 10, 10], sqs.Calls.Select(bodies => bodies.Length).Order());
        Assert.Equal(25, sqs.Calls.SelectMany(bodies => bodies).Distinct().Count());
    }

    [Fact]
    public async Task Bodies_of_one_call_stay_within_one_mebibyte()
    {
        var sqs = new StubSqs(_ => null);
        var body = new string('x', 400_000);

        await SenderOn(sqs.Http).SendAsync([.. Enumerable.Repeat(new OutgoingMessage(Queue, body), 5)], CancellationToken.None);

        Assert.Equal([1, 2, 2], sqs.Calls.Select(bodies => bodies.Length).Order());
    }

    [Fact]
    public async Task A_delay_is_in_whole_seconds()
    {
        var sqs = new StubSqs(_ => null);

        await SenderOn(sqs.Http).SendAsync([new(Queue, "later", TimeSpan.FromSeconds(1.5)), new(Queue, "now")], CancellationToken.None);

        Assert.Contains("\"DelaySeconds\":2", sqs.Http.Requests[0]);
        Assert.Contains("\"DelaySeconds\":0", sqs.Http.Requests[0]);
    }

    [Fact]
    public async Task Each_entry_of_a_reply_counts_for_itself()
    {
        var sqs = new StubSqs(body => body switch
        {
            "throttled" => new StubSqs.Fault("RequestThrottled"),
            "bad" => new StubSqs.Fault("InvalidMessageContents", OfSender: true),
            "forgotten" => new StubSqs.Fault(Code: null),
            _ => null,
        });

        var answers = await SenderOn(sqs.Http).SendAsync(
            [new(Queue, "throttled"), new(Queue, "good"), new(Queue, "bad"), new(Queue, "forgotten")], CancellationToken.None);

        Assert.Equal(
            [
                new SendAnswer("RequestThrottled: why not", SenderFault: false, "RequestThrottled"),
                SendAnswer.Taken,
                new SendAnswer("InvalidMessageContents: why not", SenderFault: true, "InvalidMessageContents"),
                SendAnswer.Missing,
            ],
            answers);
    }

    [Fact]
    public async Task A_call_that_fails_leaves_the_other_calls_alone()
    {
        var good = new StubSqs(_ => null);
        var http = new StubHttp(request => request.Contains(OtherQueue) ? StubSqs.Error("QueueDoesNotExist") : good.Answer(request));

        var answers = await SenderOn(http).SendAsync([new(OtherQueue, "lost"), new(Queue, "kept")], CancellationToken.None);

        Assert.Equal([new SendAnswer("QueueDoesNotExist: why not", SenderFault: false, "QueueDoesNotExist"), SendAnswer.Taken], answers);
    }

    [Fact]
    public async Task A_message_over_the_limit_is_the_senders_fault()
    {
        var sender = SenderOn(new StubHttp(_ => StubSqs.Error("BatchRequestTooLong")));

        var answer = Assert.Single(await sender.SendAsync([new(Queue, new string('x', 1_048_577))], CancellationToken.None));

        Assert.Equal((false, true), (answer.IsAccepted, answer.SenderFault));
    }

    [Fact]
    public async Task Cancellation_is_not_an_answer()
    {
        using var cancellation = new CancellationTokenSource();
        var sender = SenderOn(new StubHttp(_ =>
        {
            cancellation.Cancel();
            throw new OperationCanceledException(cancellation.Token);
        }));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sender.SendAsync([new(Queue, "late")], cancellation.Token));
    }

    private static SqsSender SenderOn(StubHttp http) => new(AwsTestClients.Sqs(http));
}
