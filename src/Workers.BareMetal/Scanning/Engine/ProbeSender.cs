using TaskMesh.Workers.BareMetal.Scanning.Wire;

namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>
/// Sends the questions of a scan in order, and again, some time behind, those that were not answered: one pass over the order for each attempt,
/// all under way at once. The body of the sender's thread.
/// </summary>
public sealed class ProbeSender<TFinding>
{
    /// <summary>A full queue of the interface passes in milliseconds; an error that stays for half a second is no passing one.</summary>
    private const int LargestErrorCount = 50;

    private static readonly TimeSpan ErrorPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan MarkInterval = TimeSpan.FromMilliseconds(5);

    private readonly ScanParts<TFinding> _scan;
    private readonly IWire _wire;
    private readonly ProbeWindow _window;
    private readonly TimeProvider _clock;
    private readonly PacketPacer _pacer;
    private readonly ulong _end;
    private readonly int[] _lengths;
    private readonly SendTimeline[] _timelines;

    /// <summary>How far each pass has come; the first one opens questions.</summary>
    private readonly ulong[] _passes;

    private readonly bool[] _moved;
    private ulong _over;
    private ulong _askedAgain;
    private double _rate;

    public ProbeSender(ScanParts<TFinding> scan)
    {
        _scan = scan;
        (_wire, _window, _clock, _end) = (scan.Wire, scan.Window, scan.Clock, scan.End);
        _pacer = new(scan.Pace.PacketsPerSecond, scan.Clock);
        _rate = scan.Pace.PacketsPerSecond;
        _lengths = new int[scan.Wire.Slots];
        _passes = new ulong[scan.Pace.Retries + 1];
        _moved = new bool[_passes.Length];
        Array.Fill(_passes, scan.First);
        var interval = Ticks(MarkInterval);
        _timelines = [.. _passes.Select(first => new SendTimeline(first, interval))];
        _over = _askedAgain = scan.First;
    }

    /// <summary>Everything before this was asked as often as it ever will be, and no answer is to come. Any thread may ask.</summary>
    public ulong Over => Volatile.Read(ref _over);

    /// <summary>Everything before this, if it still waited, was asked a second time. Any thread may ask.</summary>
    public ulong AskedAgain => Volatile.Read(ref _askedAgain);

    /// <summary>Packets per second from now on. Any thread may set it.</summary>
    public double Rate
    {
        get => Volatile.Read(ref _rate);
        set => Volatile.Write(ref _rate, value);
    }

    public void Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && _scan.Tally.Failure is null)
        {
            if (_pacer.Rate != Rate)
                _pacer.Rate = Rate;
            var now = _clock.GetTimestamp();
            if (!_scan.Probe.IsBlind)
                Volatile.Write(ref _over, _timelines[^1].SentBy(now - Ticks(_scan.Trips.Patience)));
            var before = _passes[0];
            var count = Fill(now, Math.Min(_pacer.Batch, _wire.Slots));
            if (count > 0)
                Send(count, stop);
            MarkPasses();
            if (count > 0 || _passes[0] > before)
                continue;
            if (IsDone())
            {
                Volatile.Write(ref _over, _end);
                return;
            }
            stop.WaitHandle.WaitOne(Glance);
        }
    }

    /// <summary>Answers first, then what was asked longest ago, then new questions.</summary>
    private int Fill(long now, int room)
    {
        var filled = 0;
        while (filled < room && _scan.Outbox.TryTake(_wire.Packet(filled)) is var length and > 0)
        {
            if (_scan.Gate.Judge(_wire.Packet(filled)) == ProbeEnding.Waiting)
                _lengths[filled++] = length;
        }
        var slowest = _scan.Trips.Slowest;
        for (var attempt = _passes.Length - 1; attempt > 0 && filled < room; attempt--)
        {
            var due = _timelines[attempt - 1].SentBy(now - Ticks(_scan.Pace.PauseAfter(attempt - 1, slowest)));
            filled = AskAgain(attempt, due, filled, room, now);
        }
        if (_passes.Length > 1)
            Volatile.Write(ref _askedAgain, _passes[1]);
        return _scan.Probe.IsBusy ? filled : AskFirst(filled, room, now);
    }

    private int AskAgain(int attempt, ulong due, int filled, int room, long now)
    {
        ref var pass = ref _passes[attempt];
        while (pass < due && filled < room)
        {
            _moved[attempt] = true;
            var index = _window.NextWaiting(pass, due);
            pass = index;
            if (index == due)
                break;
            pass++;
            _scan.Trips.Sent(index, now, isFirst: false);
            _lengths[filled] = _scan.Probe.Aim(index, attempt, _wire.Packet(filled));
            filled++;
        }
        return filled;
    }

    private int AskFirst(int filled, int room, long now)
    {
        ref var next = ref _passes[0];
        for (var questions = Math.Min((ulong)_window.Room, _end - next); questions > 0 && filled < room; questions--)
        {
            var index = next++;
            var packet = _wire.Packet(filled);
            var length = _scan.Probe.Aim(index, 0, packet);
            var ending = length == 0 ? ProbeEnding.OutOfScope : _scan.Gate.Judge(packet);
            if (ending != ProbeEnding.Waiting)
            {
                _window.Refuse(index, ending);
                continue;
            }
            _scan.Trips.Sent(index, now, isFirst: true);
            _lengths[filled++] = length;
        }
        _moved[0] = true;
        _window.Open(next);
        return filled;
    }

    /// <summary>After the packets have left, so that no pause is shorter than it says.</summary>
    private void MarkPasses()
    {
        var now = _clock.GetTimestamp();
        for (var attempt = 0; attempt < _passes.Length; attempt++)
        {
            if (!_moved[attempt])
                continue;
            _timelines[attempt].Mark(now, _passes[attempt]);
            _moved[attempt] = false;
        }
    }

    private bool IsDone() =>
        _passes[0] == _end && _scan.Outbox.IsEmpty && (Over == _end || _window.NextWaiting(_window.First, _end) == _end)
        && _window.NextHeld(_window.First, _end) == _end;

    private void Send(int count, CancellationToken stop)
    {
        WaitForTurn(count, stop);
        var errors = 0;
        for (var sent = 0; sent < count && !stop.IsCancellationRequested;)
        {
            var accepted = _wire.Send(sent, _lengths.AsSpan(sent, count - sent), out var error);
            sent += accepted;
            _scan.Tally.PacketsSent += accepted;
            if (error is null)
                continue;
            _scan.Tally.SendErrors++;
            errors = accepted > 0 ? 1 : errors + 1;
            if (errors > LargestErrorCount)
            {
                _scan.Tally.Fail(error);
                return;
            }
            stop.WaitHandle.WaitOne(ErrorPause);
        }
    }

    private void WaitForTurn(int count, CancellationToken stop)
    {
        while (!_pacer.TryTake(count, out var wait) && !stop.WaitHandle.WaitOne((int)Math.Ceiling(wait.TotalMilliseconds)))
        {
        }
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _clock.TimestampFrequency);
}
