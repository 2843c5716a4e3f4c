using System.Buffers.Binary;
using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Packets;

/// <summary>A TCP segment (RFC 9293): read from the payload of any IP packet, written into a packet of ours.</summary>
/// <remarks>
/// <code>
///  0 source port   2 destination port   4 sequence   8 acknowledgment   12 data offset   13 flags   14 window   16 checksum   18 urgent
/// </code>
/// </remarks>
public readonly ref struct TcpSegment
{
    public const int HeaderLength = 20;
    public const byte Fin = 0x01;
    public const byte Syn = 0x02;
    public const byte Rst = 0x04;
    public const byte Psh = 0x08;
    public const byte Ack = 0x10;

    private TcpSegment(ReadOnlySpan<byte> segment, int offset)
    {
        SourcePort = BinaryPrimitives.ReadUInt16BigEndian(segment);
        DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(segment[2..]);
        Sequence = BinaryPrimitives.ReadUInt32BigEndian(segment[4..]);
        Acknowledgment = BinaryPrimitives.ReadUInt32BigEndian(segment[8..]);
        Flags = segment[13];
        Payload = segment[offset..];
    }

    public ushort SourcePort { get; }

    public ushort DestinationPort { get; }

    public uint Sequence { get; }

    public uint Acknowledgment { get; }

    public byte Flags { get; }

    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Whether the bytes hold a whole header; any bytes may be asked. Options are skipped.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out TcpSegment segment)
    {
        segment = default;
        if (bytes.Length < HeaderLength)
            return false;
        var offset = (bytes[12] >> 4) * 4;
        if (offset < HeaderLength)
            return false;
        // A captured packet may end within the options of its segment; what is asked of it stands before them.
        segment = new(bytes, Math.Min(offset, bytes.Length));
        return true;
    }

    /// <summary>Writes a whole packet, IP header included, and returns its length.</summary>
    public static int Write(
        Span<byte> packet, Address source, ushort sourcePort, Address destination, ushort destinationPort,
        uint sequence, uint acknowledgment, byte flags, ushort window, ReadOnlySpan<byte> options = default, ReadOnlySpan<byte> payload = default)
    {
        var length = HeaderLength + options.Length + payload.Length;
        var segment = packet.Slice(IPPacket.Write(packet, source, destination, IPPacket.Tcp, length), length);
        BinaryPrimitives.WriteUInt16BigEndian(segment, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(segment[2..], destinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(segment[4..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(segment[8..], acknowledgment);
        segment[12] = (byte)((HeaderLength + options.Length) / 4 << 4);
        segment[13] = flags;
        BinaryPrimitives.WriteUInt16BigEndian(segment[14..], window);
        BinaryPrimitives.WriteUInt32BigEndian(segment[16..], 0);
        options.CopyTo(segment[HeaderLength..]);
        payload.CopyTo(segment[(HeaderLength + options.Length)..]);
        var sum = IPPacket.PseudoHeaderSum(source, destination, IPPacket.Tcp, length) + Checksum.Sum(segment);
        BinaryPrimitives.WriteUInt16BigEndian(segment[16..], Checksum.Of(sum));
        return IPPacket.HeaderLength(source.IsV6) + length;
    }
}
