using System.Buffers.Binary;
using PacketDotNet.Utils;

namespace PacketDotNet;

/// <summary>An ICMP message (RFC 792): what it is about stands in <see cref="Packet.PayloadData"/>.</summary>
public sealed class IcmpV4Packet : Packet
{
    private const int HeaderLength = 8;

    public IcmpV4Packet(ByteArraySegment byteArraySegment, Packet parentPacket)
        : base(byteArraySegment.Head(HeaderLength) ?? throw new ArgumentOutOfRangeException(nameof(byteArraySegment)))
    {
        ParentPacket = parentPacket;
        Carry(byteArraySegment.From(HeaderLength), null);
    }

    public IcmpV4TypeCode TypeCode
    {
        get => (IcmpV4TypeCode)BinaryPrimitives.ReadUInt16BigEndian(Header.Span);
        set => BinaryPrimitives.WriteUInt16BigEndian(Header.Span, (ushort)value);
    }

    public ushort Checksum
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(Header.Span[2..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(Header.Span[2..], value);
    }

    internal static bool Fits(ByteArraySegment bytes) => bytes.Length >= HeaderLength;
}
