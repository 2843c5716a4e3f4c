using System.Globalization;
using System.Text.Json;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.Sqs;

/// <summary>Messages on their way: what SQS's operations, the event sources of functions and the timers have in common.</summary>
public sealed class SqsMessages(MessageStore store, SqsQueues queues, SqsFaults faults, CloudIds ids, TimeProvider clock)
{
    /// <summary>The only system attribute that a sender may set.</summary>
    internal const string TraceHeader = "AWSTraceHeader";

    /// <summary>A timer may fire a moment before the clock has reached its time.</summary>
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    /// <summary>The ids of the messages, in their order.</summary>
    public async Task<IReadOnlyList<Guid>> SendAsync(SqsQueue queue, IReadOnlyList<SqsEntry> entries, CancellationToken cancellation)
    {
        var messages = entries.Select(entry => Message(entry, queue)).ToList();
        await store.InsertAsync(queue, faults.Delivered(queue, messages), clock.GetUtcNow(), cancellation);
        queue.Signal();
        return messages.ConvertAll(message => message.Id);
    }

    /// <summary>How soon a receiver looks again that found too much in flight: nobody tells it when some of that is deleted.</summary>
    private static readonly TimeSpan FullPause = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Waits until there is at least one message or the time is over. An empty queue is not asked again until something came. With too much in
    /// flight there is nothing for those who wait, and an error for those who do not.
    /// </summary>
    public async Task<IReadOnlyList<StoredMessage>> ReceiveAsync(
        SqsQueue queue, int most, TimeSpan visibility, TimeSpan wait, CancellationToken cancellation)
    {
        var end = clock.GetUtcNow() + wait;
        while (true)
        {
            var arrival = queue.Arrival;
            var now = clock.GetUtcNow();
            var room = await RoomAsync(queue, most, now, cancellation);
            if (room == 0 && wait == TimeSpan.Zero)
                throw SqsErrors.OverLimit($"There are {faults.MostInFlight} messages in flight, and no more are allowed.");
            if (room == 0 && now < end)
            {
                await Task.Delay(end - now < FullPause ? end - now : FullPause, clock, cancellation);
                continue;
            }
            var deadLetters = queues.DeadLettersOf(queue);
            var received = await store.ReceiveAsync(queue, deadLetters, room, visibility, now, cancellation);
            queue.Hold(received.Messages.Count);
            if (received.MovedSome)
                deadLetters!.Signal();
            if (received.Messages.Count > 0 || now >= end)
                return received.Messages;
            if (!received.MovedSome)
                await WaitAsync(arrival, Earlier(end, await store.NextVisibleAsync(queue, now, cancellation)), cancellation);
        }
    }

    public Task DeleteAsync(SqsQueue queue, IReadOnlyList<ReceiptHandle> handles, CancellationToken cancellation) =>
        store.DeleteAsync(queue, faults.Deleted(queue, handles), cancellation);

    public async Task<IReadOnlyList<VisibilityChange>> ChangeVisibilityAsync(
        SqsQueue queue, IReadOnlyList<(ReceiptHandle Handle, TimeSpan Visibility)> changes, CancellationToken cancellation)
    {
        var answers = await store.ChangeVisibilityAsync(queue, changes, clock.GetUtcNow(), cancellation);
        queue.Signal();
        return answers;
    }

    public Task<MessageCounts> CountAsync(SqsQueue queue, CancellationToken cancellation) => store.CountAsync(queue, clock.GetUtcNow(), cancellation);

    public Task ReleaseAsync(SqsQueue queue, CancellationToken cancellation) => store.ReleaseAsync(queue, clock.GetUtcNow(), cancellation);

    public Task PurgeAsync(SqsQueue queue, CancellationToken cancellation) => store.DeleteOlderAsync(queue, clock.GetUtcNow(), cancellation);

    /// <summary>Forgets what is older than its queue keeps messages.</summary>
    public async Task ExpireAsync(CancellationToken cancellation)
    {
        foreach (var queue in queues.All)
            await store.DeleteOlderAsync(queue, clock.GetUtcNow() - queue.Attributes.Retention, cancellation);
    }

    /// <summary>What SQS knows about a message, under the names that receivers ask for. Times are Unix milliseconds.</summary>
    public Dictionary<string, string> SystemAttributes(StoredMessage message)
    {
        var attributes = new Dictionary<string, string>
        {
            ["SenderId"] = queues.AccountId,
            ["SentTimestamp"] = Milliseconds(message.Sent),
            ["ApproximateReceiveCount"] = message.Handle.Receives.ToString(CultureInfo.InvariantCulture),
            ["ApproximateFirstReceiveTimestamp"] = Milliseconds(message.FirstReceived),
        };
        if (message.TraceHeader is { } trace)
            attributes[TraceHeader] = trace;
        if (message.Source is { } source)
            attributes["DeadLetterQueueSourceArn"] = queues.ArnOf(source);
        return attributes;
    }

    /// <summary>How many of so many messages may still be in flight.</summary>
    private async Task<int> RoomAsync(SqsQueue queue, int most, DateTimeOffset now, CancellationToken cancellation)
    {
        var limit = faults.MostInFlight;
        if (queue.HeldAtMost > limit - most)
            queue.HeldAtMost = await store.CountHeldAsync(queue, now, limit, cancellation);
        return Math.Clamp(limit - queue.HeldAtMost, 0, most);
    }

    private NewMessage Message(SqsEntry entry, SqsQueue queue) => new(
        ids.Uuid(),
        entry.MessageBody!,
        entry.MessageAttributes is null or { Count: 0 }
            ? null
            : JsonSerializer.Serialize(entry.MessageAttributes, SqsJson.Default.IReadOnlyDictionaryStringMessageAttributeValue),
        entry.MessageSystemAttributes?.GetValueOrDefault(TraceHeader)?.StringValue,
        entry.DelaySeconds is { } delay ? TimeSpan.FromSeconds(delay) : queue.Attributes.Delay);

    private async Task WaitAsync(Task arrival, DateTimeOffset until, CancellationToken cancellation)
    {
        var time = until - clock.GetUtcNow();
        try
        {
            await arrival.WaitAsync(time > ShortestWait ? time : ShortestWait, clock, cancellation);
        }
        catch (TimeoutException)
        {
            // Time is over or a message became visible: the caller looks.
        }
    }

    private static string Milliseconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    private static DateTimeOffset Earlier(DateTimeOffset end, DateTimeOffset? next) => next < end ? next.Value : end;
}
