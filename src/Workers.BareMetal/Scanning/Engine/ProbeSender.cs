using TaskMesh.Core.Scope;
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

    /// <summary>In milliseconds; what is granted may change meanwhile.</summary>
    private const double LongestWait = 100;

    private static readonly TimeSpan ErrorPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan MarkInterval = TimeSpan.FromMilliseconds(5);

    private readonly ScanParts<TFinding> _scan;
    private readonly IWire _wire;
    private readonly ProbeWindow _window;
    private readonly TimeProvider _clock;
    private readonly PacketPacer _pacer;
    private readonly NetworkPacer? _networks;
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
        _networks = scan.Allowance.IsLimited ? new(scan.Clock) : null;
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
            var mayAsk = KeepToRates();
            var now = _clock.GetTimestamp();
            if (!_scan.Probe.IsBlind)
                Volatile.Write(ref _over, _timelines[^1].SentBy(now - Ticks(_scan.Trips.Patience)));
            var before = _passes[0];
            var count = mayAsk ? Fill(now, Math.Min(_pacer.Batch, _wire.Slots)) : 0;
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

    /// <summary>False while nothing may leave.</summary>
    private bool KeepToRates()
    {
        var granted = _scan.Allowance.Now;
        if (granted.IsNone)
            return false;
        var rate = Math.Min(Rate, granted.Total * _scan.Pace.Share);
        if (_pacer.Rate != rate)
            _pacer.Rate = rate;
        if (_networks is not null && _networks.Rate != granted.PerNetwork * _scan.Pace.Share)
            _networks.Rate = granted.PerNetwork * _scan.Pace.Share;
        return true;
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
            var packet = _wire.Packet(filled);
            var length = _scan.Probe.Aim(index, attempt, packet);
            // It may go elsewhere than the first one did.
            if (length == 0 || _scan.Gate.Judge(packet) != ProbeEnding.Waiting)
                continue;
            _scan.Trips.Sent(index, now, isFirst: false);
            _lengths[filled++] = length;
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

    private bool IsDone()
    {
        if (_passes[0] < _end || (Over < _end && _window.NextWaiting(_window.First, _end) < _end)
            || _window.NextHeld(_window.First, _end) < _end)
            return false;
        // What an answer calls for is there before its question has ended, so it is looked for after that.
        Interlocked.MemoryBarrier();
        return _scan.Outbox.IsEmpty;
    }

    private void Send(int count, CancellationToken stop)
    {
        WaitForTurn(count, stop);
        var (errors, ready) = (0, 0);
        for (var sent = 0; sent < count;)
        {
            ready = Ready(ready, count, sent, stop);
            if (stop.IsCancellationRequested)
                return;
            var accepted = _wire.Send(sent, _lengths.AsSpan(sent, ready - sent), out var error);
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

    /// <summary>Up to which packet of a batch all may leave; waits until there is one that has not left.</summary>
    private int Ready(int ready, int count, int sent, CancellationToken stop)
    {
        if (_networks is null)
            return count;
        while (!stop.IsCancellationRequested)
        {
            var wait = Glance;
            if (KeepToRates())
            {
                while (ready < count && _networks.TryTake(TargetNetwork.OfDestination(_wire.Packet(ready)), out wait))
                    ready++;
            }
            if (ready > sent)
                break;
            stop.WaitHandle.WaitOne((int)Math.Ceiling(Math.Min(wait.TotalMilliseconds, LongestWait)));
        }
        return ready;
    }

    private void WaitForTurn(int count, CancellationToken stop)
    {
        while (!_pacer.TryTake(count, out var wait) && !stop.WaitHandle.WaitOne((int)Math.Ceiling(wait.TotalMilliseconds)))
        {
        }
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _clock.TimestampFrequency);
}
