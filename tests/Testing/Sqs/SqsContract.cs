using Amazon.SQS;
using Amazon.SQS.Model;

namespace TaskMesh.Testing.Sqs;

/// <summary>
/// What TaskMesh relies on in an SQS standard queue, as AWS documents it (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference).
/// A class per implementation derives from it; what an implementation does otherwise stands as a list of deviations on that class.
/// </summary>
public abstract partial class SqsContract(ISqsEndpoint endpoint) : IAsyncLifetime
{
    /// <summary>Longer than anything that is expected to happen takes.</summary>
    private const int LongPollSeconds = 10;

    /// <summary>Long enough for a message that should stay hidden for longer to show up.</summary>
    private const int ShortPollSeconds = 2;

    private readonly List<string> _queues = [];

    private IAmazonSQS Sqs => endpoint.Client;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var queue in _queues)
            await Sqs.DeleteQueueAsync(queue);
    }

    private async Task<string> NewQueueAsync(Dictionary<string, string>? attributes = null)
    {
        var response = await Sqs.CreateQueueAsync(new CreateQueueRequest { QueueName = NewName(), Attributes = attributes });
        _queues.Add(response.QueueUrl);
        return response.QueueUrl;
    }

    private static string NewName() => $"taskmesh-contract-{Guid.NewGuid():N}";

    private async Task<string> ArnOfAsync(string queue) =>
        (await Sqs.GetQueueAttributesAsync(queue, ["QueueArn"])).Attributes["QueueArn"];

    private Task<SendMessageResponse> SendAsync(string queue, string body) => Sqs.SendMessageAsync(queue, body);

    private async Task<Message> ReceiveOneAsync(string queue, int visibility) =>
        Assert.Single((await PollAsync(queue, LongPollSeconds, visibility: visibility)).Messages);

    private async Task AssertNothingComesAsync(string queue) => Assert.Null((await PollAsync(queue, ShortPollSeconds)).Messages);

    private Task<ReceiveMessageResponse> PollAsync(string queue, int seconds, int count = 1, int visibility = 30) => Sqs.ReceiveMessageAsync(
        new ReceiveMessageRequest
        {
            QueueUrl = queue,
            WaitTimeSeconds = seconds,
            MaxNumberOfMessages = count,
            VisibilityTimeout = visibility,
            MessageSystemAttributeNames = ["All"],
            MessageAttributeNames = ["All"],
        });
}
