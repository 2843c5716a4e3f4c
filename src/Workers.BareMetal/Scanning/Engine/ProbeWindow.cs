namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>
/// Which probes of a run of the order need no further packet, a bit each. A scan goes through its order window by window and finishes one,
/// with retries and cool-down, before it opens the next, so its memory is that of one window whatever its size.
/// </summary>
/// <remarks>The sender opens and closes windows while the receiver settles probes, so both hold <see cref="Gate"/> around that.</remarks>
public sealed class ProbeWindow(int capacity)
{
    /// <summary>2 MiB of bits.</summary>
    public const int LargestCapacity = 1 << 24;

    private const int WordBits = 64;

    private readonly ulong[] _settled = new ulong[(capacity + WordBits - 1) / WordBits];
    private long _settledCount;

    public Lock Gate { get; } = new();

    public ulong First { get; private set; }

    public int Count { get; private set; }

    /// <summary>How many probes got an answer or are not to be sent.</summary>
    public long SettledCount => Interlocked.Read(ref _settledCount);

    public bool IsAllSettled => SettledCount == Count;

    /// <summary>Begins with no probe settled.</summary>
    public void Open(ulong first, ulong end)
    {
        lock (Gate)
        {
            First = first;
            Count = (int)Math.Min(end - first, (ulong)capacity);
            Array.Clear(_settled);
            Interlocked.Exchange(ref _settledCount, 0);
        }
    }

    /// <summary>How many probes stayed without an answer. Whatever comes from now on comes too late.</summary>
    public long Close()
    {
        lock (Gate)
        {
            var open = Count - SettledCount;
            Count = 0;
            return open;
        }
    }

    public bool IsSettled(int place) => (Volatile.Read(ref _settled[place / WordBits]) & (1UL << place)) != 0;

    /// <summary>Whether this was the first time, and the place lies in this window.</summary>
    public bool Settle(ulong index)
    {
        var place = index - First;
        if (index < First || place >= (ulong)Count)
            return false;
        var bit = 1UL << (int)place;
        if ((Interlocked.Or(ref _settled[(int)place / WordBits], bit) & bit) != 0)
            return false;
        Interlocked.Increment(ref _settledCount);
        return true;
    }
}
