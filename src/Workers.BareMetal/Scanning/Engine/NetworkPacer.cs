namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>
/// Holds a rate for each network of targets apart, in memory that does not grow with them: networks that fall into one slot share one rate, so
/// that none gets more. One thread asks.
/// </summary>
public sealed class NetworkPacer(TimeProvider clock)
{
    private const int SlotBits = 16;

    /// <summary>
    /// How much of a second may go to a network at once. Packets come in the order of the plan, and one whose network has had enough holds up those
    /// behind it: without some room each coincidence of that order would.
    /// </summary>
    private const double BurstSeconds = 0.1;

    private readonly long _start = clock.GetTimestamp();

    /// <summary>When the slot's bucket is full again, in ticks of the clock since the start.</summary>
    private readonly double[] _fullAt = new double[1 << SlotBits];

    private double _interval;
    private double _tolerance;

    /// <summary>Packets per second to each network.</summary>
    public double Rate
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            field = value;
            _interval = clock.TimestampFrequency / value;
            _tolerance = Math.Max((value * BurstSeconds) - 1, 0) * _interval;
        }
    }
    = double.PositiveInfinity;

    /// <summary>Takes the right to send a packet there, or says how long it takes until there is one.</summary>
    public bool TryTake(long network, out TimeSpan wait)
    {
        var now = (double)(clock.GetTimestamp() - _start);
        ref var fullAt = ref _fullAt[(ulong)network * 0x9E37_79B9_7F4A_7C15 >> (64 - SlotBits)];
        var early = fullAt - now - _tolerance;
        if (early > 0)
        {
            wait = TimeSpan.FromSeconds(early / clock.TimestampFrequency);
            return false;
        }
        wait = TimeSpan.Zero;
        fullAt = Math.Max(fullAt, now) + _interval;
        return true;
    }
}
