namespace TaskMesh.Core.Ports;

/// <summary>A worker queue as a polling worker uses it, with the semantics of an SQS standard queue.</summary>
public interface ITaskQueue
{
    /// <summary>Waits up to <paramref name="wait"/> (SQS: at most 20 s) for at most <paramref name="count"/> messages (SQS: 10).</summary>
    Task<IReadOnlyList<QueueMessage>> ReceiveAsync(int count, TimeSpan wait, TimeSpan visibility, CancellationToken cancellation);

    /// <summary>Hides a received message from others for the given time from now on; zero hands it back at once.</summary>
    Task ChangeVisibilityAsync(QueueMessage message, TimeSpan visibility, CancellationToken cancellation);

    Task DeleteAsync(QueueMessage message, CancellationToken cancellation);
}

/// <param name="Receipt">Names this receive, not the message: needed to delete it or to change its visibility.</param>
public sealed record QueueMessage(string Id, string Receipt, string Body);
