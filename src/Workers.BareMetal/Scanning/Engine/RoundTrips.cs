namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>
/// How long answers take, measured on a sample of the probes, and so how long to wait for one. A probe that was sent again is no sample,
/// since its answer does not say which of them it answers (RFC 6298 section 3).
/// </summary>
public sealed class RoundTrips(TimeProvider clock, TimeSpan floor, ulong stride)
{
    private const int Slots = 4096;
    private const ulong Nobody = ulong.MaxValue;

    /// <summary>Fewer samples say little about the slow ones.</summary>
    private const int EnoughSamples = 16;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(250);

    private readonly ulong[] _sampled = Filled();
    private readonly long[] _sentAt = new long[Slots];
    private long _longest;
    private int _samples;

    /// <summary>How long an answer may take: three times the slowest seen, or the floor while little is known.</summary>
    public TimeSpan Patience
    {
        get
        {
            if (Volatile.Read(ref _samples) < EnoughSamples)
                return floor;
            var patience = (3 * clock.GetElapsedTime(0, Volatile.Read(ref _longest))) + Margin;
            return patience < ShortestWait ? Shorter(ShortestWait, floor) : patience > Longest ? Longest : patience;
        }
    }

    public TimeSpan? Slowest => _samples == 0 ? null : clock.GetElapsedTime(0, Volatile.Read(ref _longest));

    /// <summary>Sender, before the packet leaves.</summary>
    public void Sent(ulong index, long now, bool isFirst)
    {
        if (index % stride != 0)
            return;
        var slot = index / stride % Slots;
        if (isFirst)
        {
            Volatile.Write(ref _sampled[slot], Nobody);
            _sentAt[slot] = now;
            Volatile.Write(ref _sampled[slot], index);
        }
        else if (_sampled[slot] == index)
        {
            Volatile.Write(ref _sampled[slot], Nobody);
        }
    }

    /// <summary>Receiver, for the first answer to each question.</summary>
    public void Answered(ulong index)
    {
        if (index % stride != 0)
            return;
        var slot = index / stride % Slots;
        if (Volatile.Read(ref _sampled[slot]) != index)
            return;
        var taken = clock.GetTimestamp() - Volatile.Read(ref _sentAt[slot]);
        if (Volatile.Read(ref _sampled[slot]) != index)
            return;
        if (taken > _longest)
            Volatile.Write(ref _longest, taken);
        Volatile.Write(ref _samples, _samples + 1);
    }

    private static ulong[] Filled()
    {
        var sampled = new ulong[Slots];
        Array.Fill(sampled, Nobody);
        return sampled;
    }

    private static TimeSpan Shorter(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
