using System.Globalization;
using Amazon.SQS;
using Amazon.SQS.Model;
using TaskMesh.Core.Ports;

namespace TaskMesh.Aws;

/// <summary>Changes the visibility of messages that Lambda received for a function.</summary>
/// <param name="neighbour">URL of another queue of the same account and region: an event tells the name of its queue, and no URL.</param>
public sealed class SqsVisibility(IAmazonSQS sqs, string neighbour) : IMessageVisibility
{
    private const int MaxCalls = 3;

    public async Task ChangeAsync(IReadOnlyList<(ReceivedMessage Message, TimeSpan Visibility)> changes, CancellationToken cancellation)
    {
        foreach (var queue in changes.GroupBy(change => change.Message.Queue))
        {
            var url = new Uri(new Uri(neighbour), queue.Key).ToString();
            foreach (var batch in queue.Chunk(SqsLimits.BatchEntries))
                await ChangeAsync(url, [.. batch.Select((change, i) => EntryOf(i, change.Message, change.Visibility))], cancellation);
        }
    }

    /// <summary>
    /// An entry that fails by our fault is of a message that is not hidden any more. One that fails by SQS's is asked for again: the message of a
    /// function that dies meanwhile would stay hidden for as long as its queue says.
    /// </summary>
    private async Task ChangeAsync(string url, List<ChangeMessageVisibilityBatchRequestEntry> entries, CancellationToken cancellation)
    {
        for (var call = 0; entries.Count > 0 && call < MaxCalls; call++)
        {
            var answer = await sqs.ChangeMessageVisibilityBatchAsync(new ChangeMessageVisibilityBatchRequest(url, entries), cancellation);
            var failed = (answer.Failed ?? []).Where(entry => entry.SenderFault is not true).Select(entry => entry.Id).ToHashSet();
            entries = entries.FindAll(entry => failed.Contains(entry.Id));
        }
    }

    private static ChangeMessageVisibilityBatchRequestEntry EntryOf(int position, ReceivedMessage message, TimeSpan visibility) =>
        new(position.ToString(CultureInfo.InvariantCulture), message.Receipt)
        {
            VisibilityTimeout = SqsLimits.WholeSeconds(visibility, SqsLimits.LongestVisibility),
        };
}
