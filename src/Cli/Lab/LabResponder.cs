using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;

namespace TaskMesh.Cli.Lab;

/// <summary>Plays every machine of the lab's network: answers connection requests by <see cref="LabTruth"/> and counts what arrives.</summary>
public sealed class LabResponder(string interfaceName, AddressRange targets, LabTruth truth)
{
    /// <summary>An answer acknowledges one more than the request's sequence number; a forger who did not see it can only guess.</summary>
    private const uint Right = 1, Forged = 12345;

    private readonly PacketRing _ring = new(interfaceName);
    private readonly FrameQueue _answers = new(interfaceName);
    private readonly SecondCounter _seconds = new();
    private readonly uint _first = (uint)targets.First.Bits;
    private readonly bool[] _asked = new bool[(int)targets.Count];
    private long _frames;
    private long _syns;
    private long _firstSyn;
    private long _lastSyn;
    private long _badChecksums;
    private long _strays;
    private long _answered;
    private long _dropped;

    public LabCounts Counts()
    {
        var asked = new AddressSet(
            from each in _asked.Index()
            where each.Item
            let address = targets.First.Plus((UInt128)each.Index)
            select new AddressRange(address, address));
        return new(
            _frames,
            _syns,
            (_lastSyn - _firstSyn) / 1e9,
            _badChecksums,
            _strays,
            (long)asked.AddressCount,
            asked.ToString(),
            _answered,
            _dropped += _ring.TakeDropped(),
            _seconds.Most);
    }

    public void Run(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (_ring.Read(Answer))
                _answers.Flush();
        }
    }

    private void Answer(ReadOnlySpan<byte> frame, long nanoseconds)
    {
        _frames++;
        if (!SynFrame.IsIPv4(frame))
            return;
        var place = SynFrame.Destination(frame) - _first;
        if (place >= (uint)_asked.Length)
        {
            _strays++;
            return;
        }
        _asked[place] = true;
        _seconds.Count(nanoseconds);
        if (!SynFrame.IsSyn(frame))
            return;
        if (!SynFrame.HasRightChecksums(frame))
        {
            _badChecksums++;
            return;
        }
        if (_syns++ == 0)
            _firstSyn = nanoseconds;
        _lastSyn = nanoseconds;
        var state = truth.At(Address.V4(_first + place), SynFrame.Port(frame));
        if (state == PortState.NoAnswer && !truth.Forges)
            return;
        _answered++;
        SynFrame.Answer(frame, _answers.Next(), isOpen: state != PortState.Closed, state == PortState.NoAnswer ? Forged : Right);
    }
}
