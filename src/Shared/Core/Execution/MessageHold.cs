using TaskMesh.Core.Ports;

namespace TaskMesh.Core.Execution;

/// <summary>
/// Keeps the messages of a function's batch hidden for little longer than a lease at a time, while it is handled, and shows those that failed
/// again soon. The queue's own visibility is six times the function's timeout: whatever was in the hands of a function that died, or that the
/// database failed, would wait for as long.
/// </summary>
public sealed class MessageHold(IMessageVisibility queue, TimeProvider clock, Random random)
{
    /// <summary>A lease that was renewed at the same time has expired when the message comes again.</summary>
    public static readonly TimeSpan Hidden = LeaseKeeper.LeaseTime + TimeSpan.FromSeconds(2);

    private const double Growth = 3;

    private static readonly TimeSpan FirstReturn = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LatestReturn = TimeSpan.FromMinutes(15);

    /// <returns>The ids of the messages that must come again, as <paramref name="handle"/> has it.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(IReadOnlyList<ReceivedMessage> batch, Func<Task<IReadOnlyList<string>>> handle)
    {
        IReadOnlyList<string> failed = [.. batch.Select(message => message.Id)];
        using var handled = new CancellationTokenSource();
        var hiding = HideAsync(batch, handled.Token);
        try
        {
            return failed = await handle();
        }
        finally
        {
            await handled.CancelAsync();
            await hiding;
            var again = batch.Where(message => failed.Contains(message.Id)).Select(message => (message, ReturnAfter(message.Receives))).ToArray();
            if (again.Length > 0)
                await TryAsync(again, CancellationToken.None);
        }
    }

    /// <summary>
    /// From a second or two on, growing with each receive, so that an outage of half an hour does not use up the ten receives of a message.
    /// </summary>
    private TimeSpan ReturnAfter(int receives)
    {
        var full = Math.Min(FirstReturn.TotalSeconds * Math.Pow(Growth, receives - 1), LatestReturn.TotalSeconds);
        return TimeSpan.FromSeconds(full * (1 + random.NextDouble()) / 2);
    }

    private async Task HideAsync(IReadOnlyList<ReceivedMessage> batch, CancellationToken handled)
    {
        var changes = batch.Select(message => (message, Hidden)).ToArray();
        try
        {
            while (true)
            {
                await TryAsync(changes, handled);
                await Task.Delay(LeaseKeeper.Heartbeat, clock, handled);
            }
        }
        catch (OperationCanceledException)
        {
            // The batch has been handled.
        }
    }

    private async Task TryAsync(IReadOnlyList<(ReceivedMessage, TimeSpan)> changes, CancellationToken cancellation)
    {
        try
        {
            await queue.ChangeAsync(changes, cancellation);
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            // The queue does not answer: its messages come again when it said that they would.
        }
    }
}
