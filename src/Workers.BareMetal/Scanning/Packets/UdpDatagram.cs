using System.Buffers.Binary;
using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Packets;

/// <summary>A UDP datagram (RFC 768): read from the payload of any IP packet, written into a packet of ours.</summary>
/// <remarks>
/// <code>
///  0 source port   2 destination port   4 length   6 checksum
/// </code>
/// </remarks>
public readonly ref struct UdpDatagram
{
    public const int HeaderLength = 8;

    private UdpDatagram(ReadOnlySpan<byte> datagram, int length)
    {
        SourcePort = BinaryPrimitives.ReadUInt16BigEndian(datagram);
        DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);
        Payload = datagram[HeaderLength..length];
    }

    public ushort SourcePort { get; }

    public ushort DestinationPort { get; }

    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Whether the bytes hold a whole datagram; any bytes may be asked.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out UdpDatagram datagram)
    {
        datagram = default;
        if (bytes.Length < HeaderLength)
            return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
        if (length < HeaderLength || length > bytes.Length)
            return false;
        datagram = new(bytes, length);
        return true;
    }

    /// <summary>Writes headers around a payload that already stands behind them, and returns the length of the packet.</summary>
    public static int Write(
        Span<byte> packet, Address source, ushort sourcePort, Address destination, ushort destinationPort, int payloadLength)
    {
        var length = HeaderLength + payloadLength;
        var datagram = packet.Slice(IPPacket.Write(packet, source, destination, IPPacket.Udp, length), length);
        BinaryPrimitives.WriteUInt16BigEndian(datagram, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[2..], destinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(datagram[4..], (uint)length << 16);
        var checksum = Checksum.Of(IPPacket.PseudoHeaderSum(source, destination, IPPacket.Udp, length) + Checksum.Sum(datagram));
        // Zero would mean that there is no checksum.
        BinaryPrimitives.WriteUInt16BigEndian(datagram[6..], checksum == 0 ? ushort.MaxValue : checksum);
        return IPPacket.HeaderLength(source.IsV6) + length;
    }

    /// <summary>Where the payload of a packet of ours begins.</summary>
    public static int PayloadOffset(bool isV6) => IPPacket.HeaderLength(isV6) + HeaderLength;
}
