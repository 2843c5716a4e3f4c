using Amazon.SQS;
using Amazon.SQS.Model;
using TaskMesh.Core.Ports;

namespace TaskMesh.Aws;

/// <summary>A worker queue on SQS.</summary>
public sealed class SqsQueue(IAmazonSQS sqs, string queueUrl) : ITaskQueue
{
    public async Task<IReadOnlyList<QueueMessage>> ReceiveAsync(int count, TimeSpan wait, TimeSpan visibility, CancellationToken cancellation)
    {
        var request = new ReceiveMessageRequest
        {
            QueueUrl = queueUrl,
            MaxNumberOfMessages = Math.Min(count, SqsLimits.BatchEntries),
            WaitTimeSeconds = SqsLimits.WholeSeconds(wait, SqsLimits.LongestPoll),
            VisibilityTimeout = SqsLimits.WholeSeconds(visibility, SqsLimits.LongestVisibility),
        };
        var response = await sqs.ReceiveMessageAsync(request, cancellation);
        return [.. (response.Messages ?? []).Select(message => new QueueMessage(message.MessageId, message.ReceiptHandle, message.Body))];
    }

    /// <summary>Does nothing when the message is not hidden any more: whoever received it since is held off by the lease, not by the queue.</summary>
    public async Task ChangeVisibilityAsync(QueueMessage message, TimeSpan visibility, CancellationToken cancellation)
    {
        try
        {
            var seconds = SqsLimits.WholeSeconds(visibility, SqsLimits.LongestVisibility);
            await sqs.ChangeMessageVisibilityAsync(new ChangeMessageVisibilityRequest(queueUrl, message.Receipt, seconds), cancellation);
        }
        catch (AmazonSQSException e) when (e is MessageNotInflightException or { ErrorCode: "InvalidParameterValue" })
        {
            // SQS has both answers for a message that timed out or was deleted. The values sent are always in range.
        }
    }

    public Task DeleteAsync(QueueMessage message, CancellationToken cancellation) =>
        sqs.DeleteMessageAsync(new DeleteMessageRequest(queueUrl, message.Receipt), cancellation);
}
