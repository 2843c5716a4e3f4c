using System.Globalization;
using Amazon.SQS;
using Amazon.SQS.Model;
using TaskMesh.Core.Ports;

namespace TaskMesh.Aws;

/// <summary>Changes the visibility of messages that Lambda received for a function.</summary>
/// <param name="neighbour">URL of another queue of the same account and region: an event tells the name of its queue, and no URL.</param>
public sealed class SqsVisibility(IAmazonSQS sqs, string neighbour) : IMessageVisibility
{
    public async Task ChangeAsync(IReadOnlyList<(ReceivedMessage Message, TimeSpan Visibility)> changes, CancellationToken cancellation)
    {
        foreach (var queue in changes.GroupBy(change => change.Message.Queue))
        {
            var url = new Uri(new Uri(neighbour), queue.Key).ToString();
            foreach (var batch in queue.Chunk(SqsLimits.BatchEntries))
            {
                // Entries that fail are of messages that are not hidden any more.
                await sqs.ChangeMessageVisibilityBatchAsync(
                    new ChangeMessageVisibilityBatchRequest(url, [.. batch.Select((change, i) => EntryOf(i, change.Message, change.Visibility))]),
                    cancellation);
            }
        }
    }

    private static ChangeMessageVisibilityBatchRequestEntry EntryOf(int position, ReceivedMessage message, TimeSpan visibility) =>
        new(position.ToString(CultureInfo.InvariantCulture), message.Receipt)
        {
            VisibilityTimeout = SqsLimits.WholeSeconds(visibility, SqsLimits.LongestVisibility),
        };
}
