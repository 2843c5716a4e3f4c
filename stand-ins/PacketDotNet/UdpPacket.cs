using System.Buffers.Binary;
using PacketDotNet.Utils;

namespace PacketDotNet;

/// <summary>A UDP datagram (RFC 768).</summary>
public sealed class UdpPacket : TransportPacket
{
    private const int HeaderLength = 8;

    public UdpPacket(ushort sourcePort, ushort destinationPort)
        : base(new(new byte[HeaderLength]))
    {
        SourcePort = sourcePort;
        DestinationPort = destinationPort;
    }

    public UdpPacket(ByteArraySegment byteArraySegment, Packet parentPacket)
        : base(byteArraySegment.Head(HeaderLength) ?? throw new ArgumentOutOfRangeException(nameof(byteArraySegment)))
    {
        ParentPacket = parentPacket;
        Carry(byteArraySegment.From(HeaderLength), null);
    }

    public override ushort SourcePort
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(Header.Span);
        set => BinaryPrimitives.WriteUInt16BigEndian(Header.Span, value);
    }

    public override ushort DestinationPort
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(Header.Span[2..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(Header.Span[2..], value);
    }

    /// <summary>Header and data, in bytes.</summary>
    public int Length => BinaryPrimitives.ReadUInt16BigEndian(Header.Span[4..]);

    public override ushort Checksum
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(Header.Span[6..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(Header.Span[6..], value);
    }

    public bool ValidUdpChecksum => HasValidChecksum;

    public ushort CalculateUdpChecksum() => CalculateChecksum();

    public void UpdateUdpChecksum() => Checksum = CalculateUdpChecksum();

    public override void UpdateCalculatedValues() =>
        BinaryPrimitives.WriteUInt16BigEndian(Header.Span[4..], (ushort)(HeaderLength + (PayloadData?.Length ?? 0)));

    internal static bool Fits(ByteArraySegment bytes) => bytes.Length >= HeaderLength;
}
