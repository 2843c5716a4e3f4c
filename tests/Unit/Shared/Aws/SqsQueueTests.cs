using Amazon.SQS.Model;
using TaskMesh.Aws;
using TaskMesh.Core.Ports;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Shared.Aws;

public class SqsQueueTests
{
    private const string Url = "https://sqs.us-east-1.amazonaws.com/123456789012/bare-metal";

    private static readonly QueueMessage Message = new("id", "receipt", "body");

    [Fact]
    public async Task A_message_keeps_its_id_receipt_and_body()
    {
        var queue = QueueOn(_ => new StubAnswer(
            """{"Messages":[{"MessageId":"id","ReceiptHandle":"receipt","Body":"body","MD5OfBody":"841a2d689ad86bd1611447453c22c6fc"}]}"""));

        var messages = await queue.ReceiveAsync(10, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(20), CancellationToken.None);

        Assert.Equal([Message], messages);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"Messages":[]}""")]
    public async Task Nothing_received_is_an_empty_list(string answer)
    {
        var messages = await QueueOn(_ => new StubAnswer(answer)).ReceiveAsync(10, TimeSpan.Zero, TimeSpan.Zero, CancellationToken.None);

        Assert.Empty(messages);
    }

    [Fact]
    public async Task A_body_that_changed_on_its_way_is_an_error()
    {
        var queue = QueueOn(_ => new StubAnswer(
            """{"Messages":[{"MessageId":"id","ReceiptHandle":"receipt","Body":"changed","MD5OfBody":"841a2d689ad86bd1611447453c22c6fc"}]}"""));

        await Assert.ThrowsAnyAsync<Exception>(() => queue.ReceiveAsync(1, TimeSpan.Zero, TimeSpan.Zero, CancellationToken.None));
    }

    [Fact]
    public async Task What_is_asked_for_stays_within_the_limits_and_is_never_too_short()
    {
        var http = new StubHttp(_ => new StubAnswer("{}"));
        var queue = new SqsQueue(AwsTestClients.Sqs(http), Url);

        await queue.ReceiveAsync(50, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(6.1), CancellationToken.None);

        Assert.Contains("\"MaxNumberOfMessages\":10", http.Requests[0]);
        Assert.Contains("\"WaitTimeSeconds\":20", http.Requests[0]);
        Assert.Contains("\"VisibilityTimeout\":7", http.Requests[0]);
    }

    [Fact]
    public async Task A_message_that_is_not_hidden_any_more_is_left_alone() =>
        await QueueOn(_ => StubSqs.Error("MessageNotInflight")).ChangeVisibilityAsync(Message, TimeSpan.Zero, CancellationToken.None);

    [Fact]
    public async Task Other_errors_are_told()
    {
        var queue = QueueOn(_ => StubSqs.Error("QueueDoesNotExist"));

        await Assert.ThrowsAsync<QueueDoesNotExistException>(() => queue.ChangeVisibilityAsync(Message, TimeSpan.Zero, CancellationToken.None));
        await Assert.ThrowsAsync<QueueDoesNotExistException>(() => queue.DeleteAsync(Message, CancellationToken.None));
    }

    private static SqsQueue QueueOn(Func<string, StubAnswer> answer) => new(AwsTestClients.Sqs(new StubHttp(answer)), Url);
}
