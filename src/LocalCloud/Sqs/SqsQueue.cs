namespace TaskMesh.LocalCloud.Sqs;

/// <summary>A queue as this process knows it. Its messages are in the store alone.</summary>
public sealed class SqsQueue(
    int id, string name, DateTimeOffset created, QueueAttributes attributes, IReadOnlyDictionary<string, string> tags)
{
    private volatile QueueAttributes _attributes = attributes;
    private volatile IReadOnlyDictionary<string, string> _tags = tags;

    /// <summary>Nobody has counted yet.</summary>
    private int _heldAtMost = int.MaxValue;

    private TaskCompletionSource _arrival = NewArrival();

    public int Id => id;

    public string Name => name;

    public DateTimeOffset Created { get; } = created;

    public DateTimeOffset Modified { get; private set; } = created;

    public DateTimeOffset? Purged { get; set; }

    public QueueAttributes Attributes => _attributes;

    public IReadOnlyDictionary<string, string> Tags
    {
        get => _tags;
        set => _tags = value;
    }

    /// <summary>
    /// No more messages than these are in flight. Receives add to it and nothing takes away, so counting them all is due only where it reaches
    /// the limit.
    /// </summary>
    public int HeldAtMost
    {
        get => Volatile.Read(ref _heldAtMost);
        set => Volatile.Write(ref _heldAtMost, value);
    }

    /// <summary>Ends at the next <see cref="Signal"/>. Taken before looking into the store, it misses nothing that comes after.</summary>
    public Task Arrival => Volatile.Read(ref _arrival).Task;

    /// <summary>Says that a message came, or that one became or will become visible at another time: receivers look again.</summary>
    public void Signal() => Interlocked.Exchange(ref _arrival, NewArrival()).SetResult();

    public void Hold(int messages) => Interlocked.Add(ref _heldAtMost, messages);

    public void Change(QueueAttributes attributes, DateTimeOffset now)
    {
        _attributes = attributes;
        Modified = now;
    }

    private static TaskCompletionSource NewArrival() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
