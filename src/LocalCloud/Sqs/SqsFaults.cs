using System.Globalization;
using TaskMesh.LocalCloud.Faults;

namespace TaskMesh.LocalCloud.Sqs;

/// <summary>What goes wrong with messages on purpose. Without shares in the configuration nothing does.</summary>
public sealed class SqsFaults(QueueFaultConfiguration shares, FaultSource source)
{
    private const int MostCopies = 3;

    /// <summary>Of one queue.</summary>
    public int MostInFlight => shares.MostInFlight;

    /// <summary>What is stored for what was sent: some of it more than once, and some of it for later.</summary>
    public IReadOnlyList<NewMessage> Delivered(SqsQueue queue, IReadOnlyList<NewMessage> messages)
    {
        if (shares is { Duplicates: 0, Delays: 0 })
            return messages;
        return [.. from message in messages
            let what = $"{queue.Name}/{message.Body}"
            from _ in Enumerable.Range(0, Copies(what))
            select message with { Delay = message.Delay + Late(what) }];
    }

    /// <summary>The deletes that happen; all are answered alike.</summary>
    public IReadOnlyList<ReceiptHandle> Deleted(SqsQueue queue, IReadOnlyList<ReceiptHandle> handles) =>
        shares.LostDeletes == 0 ? handles : [.. handles.Where(handle => !source.Hits(
            "lostDeletes", shares.LostDeletes, string.Create(CultureInfo.InvariantCulture, $"{queue.Name}/{handle.Message}/{handle.Receives}")))];

    /// <summary>Whether an entry of a batch fails that nothing is wrong with.</summary>
    public bool FailsEntry(SqsQueue queue, SqsEntry entry) =>
        source.Hits("failedEntries", shares.FailedEntries, $"{queue.Name}/{entry.MessageBody ?? entry.ReceiptHandle}");

    /// <summary>Whether nobody hears that a request was carried out. Those that set queues up are spared.</summary>
    public bool LosesReply(string? operation, SqsRequest request) =>
        operation?.Contains("Message", StringComparison.Ordinal) == true
        && source.Hits("lostReplies", shares.LostReplies, $"{operation}/{request.QueueUrl?[(request.QueueUrl.LastIndexOf('/') + 1)..]}");

    private int Copies(string what) =>
        source.Hits("duplicates", shares.Duplicates, what) ? 2 + (int)((MostCopies - 1) * source.Draw($"copies/{what}")) : 1;

    private TimeSpan Late(string what) =>
        source.Hits("delays", shares.Delays, what) ? TimeSpan.FromSeconds(shares.LongestDelaySeconds * source.Draw($"late/{what}")) : TimeSpan.Zero;
}
