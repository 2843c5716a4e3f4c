using System.Collections.Frozen;
using System.Globalization;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.Sqs;

/// <summary>SQS's operations, each once, for both of its protocols.</summary>
public sealed class SqsOperations
{
    private const int MostMessages = 10;
    private const int MostWaitSeconds = 20;
    private const int MostQueues = 1000;

    private static readonly TimeSpan PurgePause = TimeSpan.FromSeconds(60);

    private readonly SqsQueues _queues;
    private readonly SqsMessages _messages;
    private readonly SqsFaults _faults;
    private readonly TimeProvider _clock;
    private readonly FrozenDictionary<string, Func<SqsRequest, CancellationToken, Task<SqsResponse>>> _operations;

    public SqsOperations(SqsQueues queues, SqsMessages messages, SqsFaults faults, TimeProvider clock)
    {
        _queues = queues;
        _messages = messages;
        _faults = faults;
        _clock = clock;
        _operations = new Dictionary<string, Func<SqsRequest, CancellationToken, Task<SqsResponse>>>
        {
            ["CreateQueue"] = CreateQueueAsync,
            ["DeleteQueue"] = DeleteQueueAsync,
            ["GetQueueUrl"] = GetQueueUrl,
            ["ListQueues"] = ListQueues,
            ["GetQueueAttributes"] = GetQueueAttributesAsync,
            ["SetQueueAttributes"] = SetQueueAttributesAsync,
            ["PurgeQueue"] = PurgeQueueAsync,
            ["SendMessage"] = SendMessageAsync,
            ["SendMessageBatch"] = SendMessageBatchAsync,
            ["ReceiveMessage"] = ReceiveMessageAsync,
            ["DeleteMessage"] = DeleteMessageAsync,
            ["DeleteMessageBatch"] = DeleteMessageBatchAsync,
            ["ChangeMessageVisibility"] = ChangeMessageVisibilityAsync,
            ["ChangeMessageVisibilityBatch"] = ChangeMessageVisibilityBatchAsync,
        }.ToFrozenDictionary();
    }

    public Task<SqsResponse> RunAsync(string? operation, SqsRequest request, CancellationToken cancellation) =>
        _operations.TryGetValue(operation ?? "", out var run) ? run(request, cancellation) : throw SqsErrors.UnknownAction(operation);

    private async Task<SqsResponse> CreateQueueAsync(SqsRequest request, CancellationToken cancellation)
    {
        var name = request.QueueName ?? throw SqsErrors.Missing(nameof(request.QueueName));
        if (!SqsQueues.IsName(name))
            throw SqsErrors.Invalid("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
        var queue = await _queues.CreateAsync(name, request.Attributes ?? new Dictionary<string, string>(), cancellation);
        return new SqsResponse { QueueUrl = _queues.UrlOf(queue) };
    }

    private async Task<SqsResponse> DeleteQueueAsync(SqsRequest request, CancellationToken cancellation)
    {
        await _queues.DeleteAsync(_queues.ByUrl(request.QueueUrl), cancellation);
        return SqsResponse.Empty;
    }

    private Task<SqsResponse> GetQueueUrl(SqsRequest request, CancellationToken cancellation)
    {
        var queue = _queues.Find(request.QueueName ?? throw SqsErrors.Missing(nameof(request.QueueName))) ?? throw SqsErrors.QueueDoesNotExist();
        return Task.FromResult(new SqsResponse { QueueUrl = _queues.UrlOf(queue) });
    }

    /// <summary>A page ends with the token that is the name of its last queue.</summary>
    private Task<SqsResponse> ListQueues(SqsRequest request, CancellationToken cancellation)
    {
        if (request.MaxResults is < 1 or > MostQueues)
            throw SqsErrors.Invalid(request.MaxResults, nameof(request.MaxResults), $"Must be between 1 and {MostQueues}.");
        var most = request.MaxResults ?? MostQueues;
        var page = _queues.All
            .Where(queue => queue.Name.StartsWith(request.QueueNamePrefix ?? "", StringComparison.Ordinal))
            .Where(queue => string.CompareOrdinal(queue.Name, request.NextToken) > 0)
            .OrderBy(queue => queue.Name, StringComparer.Ordinal)
            .Take(most + 1)
            .ToList();
        return Task.FromResult(new SqsResponse
        {
            QueueUrls = page.Count == 0 ? null : [.. page.Take(most).Select(_queues.UrlOf)],
            NextToken = page.Count > most && request.MaxResults is not null ? page[most - 1].Name : null,
        });
    }

    private async Task<SqsResponse> GetQueueAttributesAsync(SqsRequest request, CancellationToken cancellation)
    {
        var queue = _queues.ByUrl(request.QueueUrl);
        if (request.AttributeNames is null or { Count: 0 })
            return SqsResponse.Empty;
        var counts = await _messages.CountAsync(queue, cancellation);
        var all = new Dictionary<string, string>(queue.Attributes.Texts)
        {
            ["QueueArn"] = _queues.ArnOf(queue.Name),
            ["CreatedTimestamp"] = Text(queue.Created.ToUnixTimeSeconds()),
            ["LastModifiedTimestamp"] = Text(queue.Modified.ToUnixTimeSeconds()),
            ["ApproximateNumberOfMessages"] = Text(counts.Visible),
            ["ApproximateNumberOfMessagesNotVisible"] = Text(counts.NotVisible),
            ["ApproximateNumberOfMessagesDelayed"] = Text(counts.Delayed),
        };
        if (request.AttributeNames.Contains("All"))
            return new SqsResponse { Attributes = all };
        if (request.AttributeNames.FirstOrDefault(name => !all.ContainsKey(name) && !QueueAttributes.IsName(name)) is { } unknown)
            throw SqsErrors.UnknownAttribute(unknown);
        var asked = request.AttributeNames.Distinct().Where(all.ContainsKey).ToDictionary(name => name, name => all[name]);
        return new SqsResponse { Attributes = asked.Count == 0 ? null : asked };
    }

    private async Task<SqsResponse> SetQueueAttributesAsync(SqsRequest request, CancellationToken cancellation)
    {
        var changes = request.Attributes ?? throw SqsErrors.Missing(nameof(request.Attributes));
        await _queues.ChangeAsync(_queues.ByUrl(request.QueueUrl), changes, cancellation);
        return SqsResponse.Empty;
    }

    private async Task<SqsResponse> PurgeQueueAsync(SqsRequest request, CancellationToken cancellation)
    {
        var queue = _queues.ByUrl(request.QueueUrl);
        var now = _clock.GetUtcNow();
        if (now - queue.Purged < PurgePause)
            throw SqsErrors.PurgeInProgress(queue.Name);
        queue.Purged = now;
        await _messages.PurgeAsync(queue, cancellation);
        return SqsResponse.Empty;
    }

    private async Task<SqsResponse> SendMessageAsync(SqsRequest request, CancellationToken cancellation)
    {
        var queue = _queues.ByUrl(request.QueueUrl);
        MessageRules.CheckMessage(request, queue.Attributes.MaximumMessageSize);
        var ids = await _messages.SendAsync(queue, [request], cancellation);
        return Receipt(request, ids[0], new SqsResponse());
    }

    private async Task<SqsResponse> SendMessageBatchAsync(SqsRequest request, CancellationToken cancellation)
    {
        var queue = _queues.ByUrl(request.QueueUrl);
        MessageRules.CheckBatch(request.Entries, "SendMessageBatchRequestEntry");
        MessageRules.CheckBatchSize(request.Entries!);
        var (good, failed) = Sort(queue, request.Entries!, entry =>
        {
            // The size of a batch is bounded as a whole, not by the queue's limit for a message.
            MessageRules.CheckMessage(entry, MessageRules.MaxBytes);
            return entry;
        });
        var ids = good.Count == 0 ? [] : await _messages.SendAsync(queue, good, cancellation);
        return Batch([.. good.Zip(ids, (entry, id) => Receipt(entry, id, new SqsReceipt { Id = entry.Id }))], failed);
    }

    private async Task<SqsResponse> ReceiveMessageAsync(SqsRequest request, CancellationToken cancellation)
    {
        var queue = _queues.ByUrl(request.QueueUrl);
        if (request.MaxNumberOfMessages is < 1 or > MostMessages)
            throw SqsErrors.Invalid(request.MaxNumberOfMessages, "MaxNumberOfMessages", $"Must be between 1 and {MostMessages}, if provided.");
        if (request.WaitTimeSeconds is < 0 or > MostWaitSeconds)
            throw SqsErrors.Invalid(request.WaitTimeSeconds, "WaitTimeSeconds", $"Must be >= 0 and <= {MostWaitSeconds}, if provided.");
        var visibility = request.VisibilityTimeout is { } asked ? MessageRules.CheckVisibility(asked) : queue.Attributes.VisibilityTimeout;
        var wait = request.WaitTimeSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : queue.Attributes.ReceiveWait;
        var messages = await _messages.ReceiveAsync(queue, request.MaxNumberOfMessages ?? 1, visibility, wait, cancellation);
        return new SqsResponse { Messages = messages.Count == 0 ? null : [.. messages.Select(message => Message(message, request))] };
    }

    private async Task<SqsResponse> DeleteMessageAsync(SqsRequest request, CancellationToken cancellation)
    {
        var queue = _queues.ByUrl(request.QueueUrl);
        await _messages.DeleteAsync(queue, [MessageRules.CheckHandle(request.ReceiptHandle, queue)], cancellation);
        return SqsResponse.Empty;
    }

    private async Task<SqsResponse> DeleteMessageBatchAsync(SqsRequest request, CancellationToken cancellation)
    {
        var queue = _queues.ByUrl(request.QueueUrl);
        MessageRules.CheckBatch(request.Entries, "DeleteMessageBatchRequestEntry");
        var (good, failed) = Sort(queue, request.Entries!, entry => (entry.Id, Handle: MessageRules.CheckHandle(entry.ReceiptHandle, queue)));
        await _messages.DeleteAsync(queue, [.. good.Select(entry => entry.Handle)], cancellation);
        return Batch([.. good.Select(entry => new SqsReceipt { Id = entry.Id })], failed);
    }

    private async Task<SqsResponse> ChangeMessageVisibilityAsync(SqsRequest request, CancellationToken cancellation)
    {
        var queue = _queues.ByUrl(request.QueueUrl);
        var answers = await _messages.ChangeVisibilityAsync(queue, [Change(request, queue)], cancellation);
        return Refusal(answers[0], request) is { } refusal ? throw refusal : SqsResponse.Empty;
    }

    private async Task<SqsResponse> ChangeMessageVisibilityBatchAsync(SqsRequest request, CancellationToken cancellation)
    {
        var queue = _queues.ByUrl(request.QueueUrl);
        MessageRules.CheckBatch(request.Entries, "ChangeMessageVisibilityBatchRequestEntry");
        var (good, failed) = Sort(queue, request.Entries!, entry => (Entry: entry, Change: Change(entry, queue)));
        var answers = await _messages.ChangeVisibilityAsync(queue, good.ConvertAll(entry => entry.Change), cancellation);
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
                good.Add(_faults.FailsEntry(queue, entry) ? throw SqsErrors.Internal() : checkedEntry);
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
        var all = _messages.SystemAttributes(message);
        var asked = names.Contains("All") ? all : all.Where(attribute => names.Contains(attribute.Key)).ToDictionary();
        return asked.Count == 0 ? null : asked;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
