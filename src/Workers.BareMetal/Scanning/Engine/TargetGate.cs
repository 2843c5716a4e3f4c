using System.Buffers.Binary;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Packets;

namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>
/// The last look at a packet before it leaves, on the bytes of its destination: whatever plan, probe or answer made it, nothing goes where the
/// scope does not allow it.
/// </summary>
public sealed class TargetGate
{
    private readonly AddressSet _allowed;
    private readonly AddressSet _askable;
    private readonly (uint First, uint Last)[] _rangesV4;
    private uint _first = 1;
    private uint _last;

    /// <param name="unreachable">What the wire cannot ask.</param>
    public TargetGate(AddressSet allowed, AddressSet unreachable)
    {
        _allowed = allowed;
        _askable = allowed.Except(unreachable);
        _rangesV4 = [.. _askable.Where(range => !range.First.IsV6).Select(range => ((uint)range.First.Bits, (uint)range.Last.Bits))];
        Unreachable = unreachable;
    }

    public AddressSet Unreachable { get; }

    /// <summary>Waiting when the packet may leave. One thread asks.</summary>
    public ProbeEnding Judge(ReadOnlySpan<byte> packet)
    {
        if (packet[0] >> 4 == 4)
        {
            var address = BinaryPrimitives.ReadUInt32BigEndian(packet[16..]);
            // Scopes have few ranges, and targets mostly lie in the one that the last target lay in.
            if ((address >= _first && address <= _last) || IsAskable(address))
                return ProbeEnding.Waiting;
        }
        var destination = IPPacket.DestinationOf(packet);
        return _askable.Contains(destination) ? ProbeEnding.Waiting
            : _allowed.Contains(destination) ? ProbeEnding.Unreachable
            : ProbeEnding.OutOfScope;
    }

    private bool IsAskable(uint address)
    {
        var (low, high) = (0, _rangesV4.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _rangesV4[middle].First <= address ? (middle + 1, high) : (low, middle);
        }
        if (low == 0 || address > _rangesV4[low - 1].Last)
            return false;
        (_first, _last) = _rangesV4[low - 1];
        return true;
    }
}
