using System.Globalization;
using System.Text;
using Amazon.SQS;
using Amazon.SQS.Model;
using TaskMesh.Core.Ports;

namespace TaskMesh.Aws;

/// <summary>Sends to SQS, in as few calls as its limits allow.</summary>
public sealed class SqsSender(IAmazonSQS sqs) : IMessageSender
{
    private const int MaxCallsAtOnce = 8;

    public async Task<IReadOnlyList<SendAnswer>> SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation)
    {
        var answers = new SendAnswer[messages.Count];
        Array.Fill(answers, SendAnswer.Missing);
        var options = new ParallelOptions { MaxDegreeOfParallelism = MaxCallsAtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(Batches(messages), options, async (batch, token) => await SendBatchAsync(messages, batch, answers, token));
        return answers;
    }

    /// <summary>
    /// Positions of messages that go together: one queue, at most 10, at most 1 MiB. A message over the limit goes alone, to be refused.
    /// </summary>
    private static IEnumerable<IReadOnlyList<int>> Batches(IReadOnlyList<OutgoingMessage> messages)
    {
        foreach (var queue in Enumerable.Range(0, messages.Count).GroupBy(i => messages[i].Queue))
        {
            var batch = new List<int>(SqsLimits.BatchEntries);
            var bytes = 0;
            foreach (var i in queue)
            {
                var size = Encoding.UTF8.GetByteCount(messages[i].Body);
                if (batch.Count == SqsLimits.BatchEntries || (batch.Count > 0 && bytes + size > SqsLimits.BatchBytes))
                {
                    yield return batch;
                    (batch, bytes) = (new List<int>(SqsLimits.BatchEntries), 0);
                }
                batch.Add(i);
                bytes += size;
            }
            yield return batch;
        }
    }

    private async Task SendBatchAsync(
        IReadOnlyList<OutgoingMessage> messages, IReadOnlyList<int> batch, SendAnswer[] answers, CancellationToken cancellation)
    {
        var request = new SendMessageBatchRequest
        {
            QueueUrl = messages[batch[0]].Queue,
            Entries = [.. batch.Select(i => ToEntry(i, messages[i]))],
        };
        try
        {
            var response = await sqs.SendMessageBatchAsync(request, cancellation);
            foreach (var entry in response.Successful ?? [])
                answers[PositionOf(entry.Id)] = SendAnswer.Taken;
            foreach (var entry in response.Failed ?? [])
                answers[PositionOf(entry.Id)] = new SendAnswer($"{entry.Code}: {entry.Message}", entry.SenderFault is true, entry.Code);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            var code = AwsRefusal.CodeOf(e);
            foreach (var i in batch)
                answers[i] = new SendAnswer($"{code ?? e.GetType().Name}: {e.Message}", e is BatchRequestTooLongException, code);
        }
    }

    private static SendMessageBatchRequestEntry ToEntry(int position, OutgoingMessage message) => new()
    {
        Id = position.ToString(CultureInfo.InvariantCulture),
        MessageBody = message.Body,
        DelaySeconds = SqsLimits.WholeSeconds(message.Delay, SqsLimits.LongestDelay),
    };

    private static int PositionOf(string entryId) => int.Parse(entryId, CultureInfo.InvariantCulture);
}
