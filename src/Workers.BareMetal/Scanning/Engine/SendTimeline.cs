namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>
/// How far a pass over the order had come, and when: what is due again, or over, follows from it without a time for each probe.
/// One thread uses it.
/// </summary>
/// <param name="interval">Marks closer together than this, in ticks of the clock, become one.</param>
public sealed class SendTimeline(ulong first, long interval)
{
    /// <summary>20 s of marks of 5 ms. Longer pauses make marks coarser, and so waits a little longer, never shorter.</summary>
    private const int Capacity = 4096;

    private readonly (long Time, ulong End)[] _marks = new (long, ulong)[Capacity];
    private long _openedAt;
    private int _head;
    private int _count;
    private ulong _passed = first;

    /// <summary>Everything before <paramref name="end"/> has been sent by now.</summary>
    public void Mark(long now, ulong end)
    {
        if (_count > 0 && (now - _openedAt < interval || _count == Capacity))
        {
            _marks[(_head + _count - 1) % Capacity] = (now, end);
            return;
        }
        _openedAt = now;
        _marks[(_head + _count++) % Capacity] = (now, end);
    }

    /// <summary>Everything before this had been sent at a time, which must not run backwards from call to call.</summary>
    public ulong SentBy(long time)
    {
        while (_count > 0 && _marks[_head].Time <= time)
        {
            _passed = _marks[_head].End;
            _head = (_head + 1) % Capacity;
            _count--;
        }
        return _passed;
    }
}
