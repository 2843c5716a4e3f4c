using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>
/// How each question that is still open ended, a byte each, as a ring over the order: the sender moves <see cref="Next"/> ahead, the status
/// thread takes away at the other end what no answer can reach any more. Memory is that of what is open, whatever the size of the scan.
/// </summary>
/// <remarks>
/// <code>
///  taken away | too late for answers | open: sent and not over | not sent yet
///             Reclaimed              First                     Next
/// </code>
/// No lock: a byte is written by the receiver, except those of questions that are never sent, which are the sender's. The status thread first
/// moves First, and takes bytes away only when the receiver has begun another round since, so that no answer is being written behind it.
/// </remarks>
public sealed class ProbeWindow
{
    /// <summary>16 MiB.</summary>
    public const int LargestCapacity = 1 << 24;

    private const int SmallestCapacity = 1 << 12;

    private readonly byte[] _endings;
    private readonly ulong _mask;
    private ulong _reclaimed;
    private ulong _first;
    private ulong _next;
    private ulong _reclaimable;
    private long _reclaimableSince = -1;
    private long _round;

    /// <param name="capacity">How many questions may be open at once; rounded up to a power of two.</param>
    public ProbeWindow(ulong first, int capacity)
    {
        _endings = new byte[CapacityFor(capacity)];
        _mask = (ulong)_endings.Length - 1;
        _reclaimed = _first = _next = _reclaimable = first;
    }

    /// <summary>How many questions a window for so many has room for: a power of two.</summary>
    public static int CapacityFor(int questions) =>
        (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(questions, SmallestCapacity, LargestCapacity));

    public ulong Reclaimed => Volatile.Read(ref _reclaimed);

    public ulong First => Volatile.Read(ref _first);

    public ulong Next => Volatile.Read(ref _next);

    /// <summary>How many more questions may be opened.</summary>
    public int Room => _endings.Length - (int)(_next - Reclaimed);

    /// <summary>Sender: from now on answers to everything before <paramref name="next"/> are accepted. Called before the packet leaves.</summary>
    public void Open(ulong next) => Volatile.Write(ref _next, next);

    /// <summary>Sender: the first question from a place on, and before another, that has not ended.</summary>
    public ulong NextWaiting(ulong from, ulong end) => Find(ProbeEnding.Waiting, ProbeEnding.Failed, from, end);

    /// <summary>Sender and status: the first question from a place on, and before another, that is held.</summary>
    public ulong NextHeld(ulong from, ulong end) => Find(ProbeEnding.Held, ProbeEnding.Held, from, end);

    /// <summary>Sender: the question is never sent.</summary>
    public void Refuse(ulong index, ProbeEnding ending) => _endings[index & _mask] = (byte)ending;

    /// <summary>Receiver: begins another round of answers.</summary>
    public void BeginRound() => Interlocked.Increment(ref _round);

    /// <summary>Receiver: whether this is the first answer to an open question, which from now on is held open until it is settled.</summary>
    public bool Hold(ulong index)
    {
        var first = First;
        if (index - first >= Next - first || _endings[index & _mask] != (byte)ProbeEnding.Waiting)
            return false;
        _endings[index & _mask] = (byte)ProbeEnding.Held;
        return true;
    }

    /// <summary>Receiver: whether this is the first answer to an open question, or the last one to a held one, or a better one.</summary>
    public SettleResult Settle(ulong index, Verdict verdict)
    {
        var first = First;
        if (index - first >= Next - first)
            return index < first ? SettleResult.Late : SettleResult.Foreign;
        ref var ending = ref _endings[index & _mask];
        var before = (ProbeEnding)ending;
        var isOpen = before is ProbeEnding.Waiting or ProbeEnding.Held || (before == ProbeEnding.Failed && verdict != Verdict.Failed);
        if (!isOpen)
            return SettleResult.Again;
        Volatile.Write(ref ending, (byte)verdict);
        return before == ProbeEnding.Waiting ? SettleResult.Settled : SettleResult.Concluded;
    }

    /// <summary>Status: nothing before <paramref name="first"/> waits for an answer any more.</summary>
    public void Retire(ulong first)
    {
        if (first <= _first)
            return;
        Interlocked.Exchange(ref _first, first);
        if (_reclaimableSince < 0)
            (_reclaimable, _reclaimableSince) = (first, Interlocked.Read(ref _round));
    }

    /// <summary>Status: the run of questions, perhaps empty, that the receiver has certainly left alone.</summary>
    public (ulong First, ulong End) Reclaimable(bool receiverHasEnded)
    {
        if (receiverHasEnded)
            return (_reclaimed, _first);
        return _reclaimableSince >= 0 && Interlocked.Read(ref _round) > _reclaimableSince ? (_reclaimed, _reclaimable) : (_reclaimed, _reclaimed);
    }

    /// <summary>Status: how questions ended, as far as they lie side by side in memory.</summary>
    public ReadOnlySpan<byte> Run(ulong first, ulong end)
    {
        var place = first & _mask;
        return _endings.AsSpan((int)place, (int)Math.Min(end - first, (ulong)_endings.Length - place));
    }

    /// <summary>Status: makes room, once the run was counted.</summary>
    public void Reclaim(ulong end)
    {
        for (var first = _reclaimed; first < end;)
        {
            var run = Run(first, end);
            _endings.AsSpan((int)(first & _mask), run.Length).Clear();
            first += (ulong)run.Length;
        }
        Volatile.Write(ref _reclaimed, end);
        _reclaimableSince = -1;
        if (_first > end)
            (_reclaimable, _reclaimableSince) = (_first, Interlocked.Read(ref _round));
    }

    private ulong Find(ProbeEnding ending, ProbeEnding other, ulong from, ulong end)
    {
        while (from < end)
        {
            var run = Run(from, end);
            var found = run.IndexOfAny((byte)ending, (byte)other);
            if (found >= 0)
                return from + (ulong)found;
            from += (ulong)run.Length;
        }
        return end;
    }
}

/// <summary>What became of a question; the first ones are verdicts.</summary>
public enum ProbeEnding : byte
{
    Waiting = 0,
    Open = Verdict.Open,
    Closed = Verdict.Closed,
    Filtered = Verdict.Filtered,
    Failed = Verdict.Failed,

    /// <summary>The scope does not allow its target.</summary>
    OutOfScope,

    /// <summary>The wire cannot reach its target.</summary>
    Unreachable,

    /// <summary>No ending yet: the probe is in conversation with the target, and sees to an end itself.</summary>
    Held,
}

/// <summary>What an answer was good for.</summary>
public enum SettleResult
{
    Settled,

    /// <summary>It was the end of a conversation, or better than a failure, whose coming counted as the answer.</summary>
    Concluded,

    /// <summary>The question had ended already.</summary>
    Again,

    /// <summary>Nobody waited for it any more.</summary>
    Late,

    /// <summary>It was never asked.</summary>
    Foreign,
}
