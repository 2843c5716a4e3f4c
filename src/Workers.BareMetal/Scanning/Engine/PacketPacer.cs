namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>
/// Holds a rate: a bucket that fills evenly and never holds more than a moment's worth. What a pause did not send is not caught up,
/// since a burst after a pause would harm the target just when something was wrong already.
/// </summary>
public sealed class PacketPacer
{
    /// <summary>How much of a second may go out at once, however long nothing went out before.</summary>
    private const double BurstSeconds = 0.02;

    private const int LargestBatch = 64;

    private readonly TimeProvider _clock;
    private double _rate;
    private double _capacity;
    private double _tokens;
    private long _filledAt;

    public PacketPacer(double packetsPerSecond, TimeProvider clock)
    {
        _clock = clock;
        _filledAt = clock.GetTimestamp();
        Rate = packetsPerSecond;
    }

    /// <summary>Packets per second. A change holds from the next packet on.</summary>
    public double Rate
    {
        get => _rate;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            _rate = value;
            Batch = Math.Clamp((int)(_rate * BurstSeconds / 4), 1, LargestBatch);
            // Room for two packets at least: with one, every moment of oversleeping would be lost, and a slow rate would never be reached.
            _capacity = Math.Max(_rate * BurstSeconds, 2);
        }
    }

    /// <summary>How many packets to ask for at once.</summary>
    public int Batch { get; private set; }

    /// <summary>Takes the right to send so many packets, at most <see cref="Batch"/>, or says how long it takes until there is one.</summary>
    public bool TryTake(int packets, out TimeSpan wait)
    {
        var now = _clock.GetTimestamp();
        _tokens = Math.Min(_capacity, _tokens + (_clock.GetElapsedTime(_filledAt, now).TotalSeconds * _rate));
        _filledAt = now;
        wait = TimeSpan.Zero;
        if (_tokens < packets)
        {
            wait = TimeSpan.FromSeconds((packets - _tokens) / _rate);
            return false;
        }
        _tokens -= packets;
        return true;
    }
}
