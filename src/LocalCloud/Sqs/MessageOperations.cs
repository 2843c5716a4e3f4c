using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.Sqs;

/// <summary>What is done with messages, alone and in batches.</summary>
public sealed class MessageOperations(SqsQueues queues, SqsMessages messages, SqsFaults faults)
{
    private const int MostMessages = 10;
    private const int MostWaitSeconds = 20;

    public IEnumerable<KeyValuePair<string, SqsOperation>> All =>
    [
        new("SendMessage", SendMessageAsync),
        new("SendMessageBatch", SendMessageBatchAsync),
        new("ReceiveMessage", ReceiveMessageAsync),
        new("DeleteMessage", DeleteMessageAsync),
        new("DeleteMessageBatch", DeleteMessageBatchAsync),
        new("ChangeMessageVisibility", ChangeMessageVisibilityAsync),
        new("ChangeMessageVisibilityBatch", ChangeMessageVisibilityBatchAsync),
    ];

    private async Task<SqsResponse> SendMessageAsync(SqsRequest request, CancellationToken cancellation)
    {
        var queue = queues.ByUrl(request.QueueUrl);
        MessageRules.CheckMessage(request, queue.Attributes.MaximumMessageSize);
        var ids = await messages.SendAsync(queue, [request], cancellation);
        return Receipt(request, ids[0], new SqsResponse());
    }

    private async Task<SqsResponse> SendMessageBatchAsync(SqsRequest request, CancellationToken cancellation)
    {
        var queue = queues.ByUrl(request.QueueUrl);
        MessageRules.CheckBatch(request.Entries, "SendMessageBatchRequestEntry");
        MessageRules.CheckBatchSize(request.Entries!);
        var (good, failed) = Sort(queue, request.Entries!, entry =>
        {
            // The size of a batch is bounded as a whole, not by the queue's limit for a message.
            MessageRules.CheckMessage(entry, MessageRules.MaxBytes);
            return entry;
        });
        var ids = good.Count == 0 ? [] : await messages.SendAsync(queue, good, cancellation);
        return Batch([.. good.Zip(ids, (entry, id) => Receipt(entry, id, new SqsReceipt { Id = entry.Id }))], failed);
    }

    private async Task<SqsResponse> ReceiveMessageAsync(SqsRequest request, CancellationToken cancellation)
    {
        var queue = queues.ByUrl(request.QueueUrl);
        if (request.MaxNumberOfMessages is < 1 or > MostMessages)
            throw SqsErrors.Invalid(request.MaxNumberOfMessages, "MaxNumberOfMessages", $"Must be between 1 and {MostMessages}, if provided.");
        if (request.WaitTimeSeconds is < 0 or > MostWaitSeconds)
            throw SqsErrors.Invalid(request.WaitTimeSeconds, "WaitTimeSeconds", $"Must be >= 0 and <= {MostWaitSeconds}, if provided.");
        var visibility = request.VisibilityTimeout is { } asked ? MessageRules.CheckVisibility(asked) : queue.Attributes.VisibilityTimeout;
        var wait = request.WaitTimeSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : queue.Attributes.ReceiveWait;
        var received = await messages.ReceiveAsync(queue, request.MaxNumberOfMessages ?? 1, visibility, wait, cancellation);
        return new SqsResponse { Messages = received.Count == 0 ? null : [.. received.Select(message => Message(message, request))] };
    }

    private async Task<SqsResponse> DeleteMessageAsync(SqsRequest request, CancellationToken cancellation)
    {
        var queue = queues.ByUrl(request.QueueUrl);
        await messages.DeleteAsync(queue, [MessageRules.CheckHandle(request.ReceiptHandle, queue)], cancellation);
        return SqsResponse.Empty;
    }

    private async Task<SqsResponse> DeleteMessageBatchAsync(SqsRequest request, CancellationToken cancellation)
    {
        var queue = queues.ByUrl(request.QueueUrl);
        MessageRules.CheckBatch(request.Entries, "DeleteMessageBatchRequestEntry");
        var (good, failed) = Sort(queue, request.Entries!, entry => (entry.Id, Handle: MessageRules.CheckHandle(entry.ReceiptHandle, queue)));
        await messages.DeleteAsync(queue, [.. good.Select(entry => entry.Handle)], cancellation);
        return Batch([.. good.Select(entry => new SqsReceipt { Id = entry.Id })], failed);
    }

    private async Task<SqsResponse> ChangeMessageVisibilityAsync(SqsRequest request, CancellationToken cancellation)
    {
        var queue = queues.ByUrl(request.QueueUrl);
        var answers = await messages.ChangeVisibilityAsync(queue, [Change(request, queue)], cancellation);
        return Refusal(answers[0], request) is { } refusal ? throw refusal : SqsResponse.Empty;
    }

    private async Task<SqsResponse> ChangeMessageVisibilityBatchAsync(SqsRequest request, CancellationToken cancellation)
    {
        var queue = queues.ByUrl(request.QueueUrl);
        MessageRules.CheckBatch(request.Entries, "ChangeMessageVisibilityBatchRequestEntry");
        var (good, failed) = Sort(queue, request.Entries!, entry => (Entry: entry, Change: Change(entry, queue)));
        var answers = await messages.ChangeVisibilityAsync(queue, good.ConvertAll(entry => entry.Change), cancellation);
        var refusals = good.Zip(answers, (entry, answer) => (entry.Entry, Refusal: Refusal(answer, entry.Entry))).ToList();
        failed.AddRange(refusals.Where(entry => entry.Refusal is not null).Select(entry => Failure(entry.Entry, entry.Refusal!)));
        return Batch([.. refusals.Where(entry => entry.Refusal is null).Select(entry => new SqsReceipt { Id = entry.Entry.Id })], failed);
    }

    private static (ReceiptHandle Handle, TimeSpan Visibility) Change(SqsEntry entry, SqsQueue queue) =>
        (MessageRules.CheckHandle(entry.ReceiptHandle, queue), MessageRules.CheckVisibility(entry.VisibilityTimeout));

    private static AwsException? Refusal(VisibilityChange answer, SqsEntry entry) => answer switch
    {
        VisibilityChange.Done => null,
        VisibilityChange.NotInFlight => SqsErrors.NotInFlight(),
        VisibilityChange.Gone => SqsErrors.MessageGone(entry.ReceiptHandle),
    };

    /// <summary>An entry that breaks a rule fails alone.</summary>
    private (List<T> Good, List<SqsFailure> Failed) Sort<T>(SqsQueue queue, IEnumerable<SqsEntry> entries, Func<SqsEntry, T> check)
    {
        var (good, failed) = (new List<T>(), new List<SqsFailure>());
        foreach (var entry in entries)
        {
            try
            {
                var checkedEntry = check(entry);
                good.Add(faults.FailsEntry(queue, entry) ? throw SqsErrors.Internal() : checkedEntry);
            }
            catch (AwsException refusal)
            {
                failed.Add(Failure(entry, refusal));
            }
        }
        return (good, failed);
    }

    private static SqsFailure Failure(SqsEntry entry, AwsException refusal) =>
        new(entry.Id!, refusal.Code, refusal.Message, SenderFault: refusal.Status < 500);

    private static SqsResponse Batch(List<SqsReceipt> successful, List<SqsFailure> failed) => new()
    {
        Successful = successful.Count == 0 ? null : successful,
        Failed = failed.Count == 0 ? null : failed,
    };

    private static T Receipt<T>(SqsEntry entry, Guid id, T receipt)
        where T : SqsReceipt => receipt with
        {
            MessageId = id.ToString(),
            MD5OfMessageBody = MessageDigest.Of(entry.MessageBody!),
            MD5OfMessageAttributes = MessageDigest.Of(entry.MessageAttributes),
            MD5OfMessageSystemAttributes = MessageDigest.Of(entry.MessageSystemAttributes),
        };

    private SqsMessage Message(StoredMessage message, SqsRequest request)
    {
        var attributes = Chosen(message, request.MessageAttributeNames);
        return new SqsMessage
        {
            MessageId = message.Id.ToString(),
            ReceiptHandle = message.Handle.ToString(),
            MD5OfBody = MessageDigest.Of(message.Body),
            Body = message.Body,
            Attributes = SystemAttributes(message, [.. request.AttributeNames ?? [], .. request.MessageSystemAttributeNames ?? []]),
            MD5OfMessageAttributes = MessageDigest.Of(attributes),
            MessageAttributes = attributes,
        };
    }

    /// <summary>The attributes with the names asked for: "All" or ".*", whole names, and "prefix.*".</summary>
    private static Dictionary<string, MessageAttributeValue>? Chosen(StoredMessage message, IReadOnlyList<string>? names)
    {
        if (message.Attributes is null || names is null or { Count: 0 })
            return null;
        var chosen = message.ReadAttributes().Where(attribute => names.Any(name => name is "All" || name == attribute.Key
                || (name.EndsWith(".*", StringComparison.Ordinal) && attribute.Key.StartsWith(name[..^2], StringComparison.Ordinal))))
            .ToDictionary();
        return chosen.Count == 0 ? null : chosen;
    }

    private Dictionary<string, string>? SystemAttributes(StoredMessage message, string[] names)
    {
        if (names.Length == 0)
            return null;
        var all = messages.SystemAttributes(message);
        var asked = names.Contains("All") ? all : all.Where(attribute => names.Contains(attribute.Key)).ToDictionary();
        return asked.Count == 0 ? null : asked;
    }
}
