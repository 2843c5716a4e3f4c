namespace TaskMesh.Testing;

/// <summary>A clock that stands still until a test moves it; timers fire on the way, in the order of their times.</summary>
public sealed class ManualClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private TimeSpan _elapsed;

    public ManualClock()
        : this(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>How far it was moved.</summary>
    public TimeSpan Elapsed => _elapsed;

    /// <summary>When the next timer fires.</summary>
    public DateTimeOffset? NextTimer
    {
        get
        {
            lock (_gate)
                return _timers.Min(timer => timer.Due);
        }
    }

    private DateTimeOffset Now => start + _elapsed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Now;

    public override long GetTimestamp() => Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan time)
    {
        var end = _elapsed + time;
        while (NextDue(start + end) is { } timer)
        {
            _elapsed = timer.Due!.Value - start;
            timer.Fire();
        }
        _elapsed = end;
    }

    private ManualTimer? NextDue(DateTimeOffset end)
    {
        lock (_gate)
            return _timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
    }

    private sealed class ManualTimer(ManualClock clock, Action callback) : ITimer
    {
        private TimeSpan _period;

        public DateTimeOffset? Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                _period = period;
                Due = dueTime == Timeout.InfiniteTimeSpan ? null : clock.Now + dueTime;
                clock._timers.Remove(this);
                if (Due is not null)
                    clock._timers.Add(this);
            }
            return true;
        }

        public void Fire()
        {
            Change(_period <= TimeSpan.Zero ? Timeout.InfiniteTimeSpan : _period, _period);
            callback();
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
