using System.Net;
using Amazon.SQS;
using Amazon.SQS.Model;
using TaskMesh.Testing;

namespace TaskMesh.Integration.StandIns;

/// <summary>What a client of SQS does with answers that are not good.</summary>
public sealed class SqsClientTests
{
    private const string Queue = "https://sqs.us-east-1.amazonaws.com/000000000000/jobs";

    /// <summary>MD5 of "x".</summary>
    private const string Digest = "9dd4e461268c8034f5c8564e155c67a6";

    [Fact]
    public async Task A_body_that_changed_on_its_way_is_an_error()
    {
        var good = Client($$"""{"MessageId":"m","MD5OfMessageBody":"{{Digest}}"}""");
        var sent = Client("""{"MessageId":"m","MD5OfMessageBody":"0"}""");
        var batch = Client("""{"Successful":[{"Id":"a","MessageId":"m","MD5OfMessageBody":"0"}]}""");
        var received = Client($$"""{"Messages":[{"MessageId":"m","ReceiptHandle":"h","Body":"y","MD5OfBody":"{{Digest}}"}]}""");

        await good.SendMessageAsync(Queue, "x");
        await Assert.ThrowsAsync<AmazonSQSException>(() => sent.SendMessageAsync(Queue, "x"));
        await Assert.ThrowsAsync<AmazonSQSException>(() => batch.SendMessageBatchAsync(Queue, [new("a", "x")]));
        await Assert.ThrowsAsync<AmazonSQSException>(() => received.ReceiveMessageAsync(Queue));
    }

    [Fact]
    public async Task A_service_that_is_away_is_asked_again()
    {
        var asked = 0;
        var client = AwsTestClients.Sqs(new StubHttp(_ => ++asked < 3
            ? new StubAnswer("", HttpStatusCode.ServiceUnavailable)
            : new StubAnswer($$"""{"MessageId":"m","MD5OfMessageBody":"{{Digest}}"}""")));

        var answer = await client.SendMessageAsync(Queue, "x");

        Assert.Equal(("m", 3), (answer.MessageId, asked));
    }

    [Theory]
    [InlineData("com.amazonaws.sqs#OverLimit", typeof(OverLimitException))]
    [InlineData("com.amazonaws.sqs#QueueDoesNotExist", typeof(QueueDoesNotExistException))]
    [InlineData("com.amazonaws.sqs#ResourceNotFoundException", typeof(ResourceNotFoundException))]
    [InlineData("com.amazon.coral.service#AccessDeniedException", typeof(AmazonSQSException))]
    public async Task An_error_of_the_service_has_its_class(string type, Type expected)
    {
        var client = Client($$"""{"__type":"{{type}}","message":"why"}""", HttpStatusCode.Forbidden);

        var error = await Assert.ThrowsAnyAsync<AmazonSQSException>(() => client.ReceiveMessageAsync(Queue));

        Assert.Equal((expected, "why", HttpStatusCode.Forbidden), (error.GetType(), error.Message, error.StatusCode));
    }

    private static IAmazonSQS Client(string body, HttpStatusCode status = HttpStatusCode.OK) =>
        AwsTestClients.Sqs(new StubHttp(_ => new StubAnswer(body, status)));
}
