using System.Buffers.Binary;
using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Probes;

/// <summary>The parts of a TCP segment (RFC 9293) in an IPv4 packet (RFC 791) that a probe needs of its answer.</summary>
/// <remarks>
/// <code>
///  IPv4  0 version, header length   2 total length   6 flags, fragment offset   9 protocol   12 source   16 destination
///  TCP   0 source port   2 destination port   4 sequence   8 acknowledgment   12 data offset   13 flags   14 window
/// </code>
/// Checksums are not read: an answer proves itself by its cookie, and a capture may hold checksums that hardware has yet to fill in.
/// </remarks>
public readonly record struct TcpReply(Address Source, ushort SourcePort, ushort DestinationPort, uint Acknowledgment, byte Flags)
{
    public const byte Syn = 0x02;
    public const byte Rst = 0x04;
    public const byte Ack = 0x10;

    private const int IPv4HeaderLength = 20;
    private const int TcpHeaderLength = 20;
    private const byte TcpProtocol = 6;
    private const ushort FragmentMask = 0x3FFF;

    /// <summary>Whether the bytes are a whole TCP header, of a packet that is not a fragment. Any bytes may be asked.</summary>
    public static bool TryRead(ReadOnlySpan<byte> packet, out TcpReply reply)
    {
        reply = default;
        if (packet.Length < IPv4HeaderLength || packet[0] >> 4 != 4 || packet[9] != TcpProtocol)
            return false;
        var headerLength = (packet[0] & 0x0F) * 4;
        int totalLength = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        var isFragment = (BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & FragmentMask) != 0;
        if (isFragment || headerLength < IPv4HeaderLength || totalLength > packet.Length || totalLength < headerLength + TcpHeaderLength)
            return false;
        var segment = packet[headerLength..totalLength];
        reply = new(
            Address.V4(BinaryPrimitives.ReadUInt32BigEndian(packet[12..])),
            BinaryPrimitives.ReadUInt16BigEndian(segment),
            BinaryPrimitives.ReadUInt16BigEndian(segment[2..]),
            BinaryPrimitives.ReadUInt32BigEndian(segment[8..]),
            segment[13]);
        return true;
    }
}
