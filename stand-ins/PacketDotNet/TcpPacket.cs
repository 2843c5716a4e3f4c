using System.Buffers.Binary;
using PacketDotNet.Utils;

namespace PacketDotNet;

/// <summary>A TCP segment (RFC 9293).</summary>
public sealed class TcpPacket : TransportPacket
{
    public const int HeaderMinimumLength = 20;

    public TcpPacket(ushort sourcePort, ushort destinationPort)
        : base(new(new byte[HeaderMinimumLength]))
    {
        DataOffset = HeaderMinimumLength / 4;
        SourcePort = sourcePort;
        DestinationPort = destinationPort;
    }

    public TcpPacket(ByteArraySegment byteArraySegment)
        : base(byteArraySegment.Head((byteArraySegment.Span[12] >> 4) * 4) ?? throw new ArgumentOutOfRangeException(nameof(byteArraySegment))) =>
        Carry(byteArraySegment.From(Header.Length), null);

    public TcpPacket(ByteArraySegment byteArraySegment, Packet parentPacket)
        : this(byteArraySegment) => ParentPacket = parentPacket;

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

    public uint SequenceNumber
    {
        get => BinaryPrimitives.ReadUInt32BigEndian(Header.Span[4..]);
        set => BinaryPrimitives.WriteUInt32BigEndian(Header.Span[4..], value);
    }

    public uint AcknowledgmentNumber
    {
        get => BinaryPrimitives.ReadUInt32BigEndian(Header.Span[8..]);
        set => BinaryPrimitives.WriteUInt32BigEndian(Header.Span[8..], value);
    }

    /// <summary>Length of the header in 32-bit words.</summary>
    public int DataOffset
    {
        get => Header.Span[12] >> 4;
        set => Header.Span[12] = (byte)((Header.Span[12] & 0x0F) | (value << 4));
    }

    /// <summary>Nine bits: NS, CWR, ECE, URG, ACK, PSH, RST, SYN, FIN.</summary>
    public ushort Flags
    {
        get => (ushort)(BinaryPrimitives.ReadUInt16BigEndian(Header.Span[12..]) & 0x1FF);
        set => BinaryPrimitives.WriteUInt16BigEndian(Header.Span[12..], (ushort)((Header.Span[12] & 0xFE) << 8 | (value & 0x1FF)));
    }

    public bool Finished
    {
        get => HasFlag(0x01);
        set => SetFlag(0x01, value);
    }

    public bool Synchronize
    {
        get => HasFlag(0x02);
        set => SetFlag(0x02, value);
    }

    public bool Reset
    {
        get => HasFlag(0x04);
        set => SetFlag(0x04, value);
    }

    public bool Acknowledgment
    {
        get => HasFlag(0x10);
        set => SetFlag(0x10, value);
    }

    public ushort WindowSize
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(Header.Span[14..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(Header.Span[14..], value);
    }

    public override ushort Checksum
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(Header.Span[16..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(Header.Span[16..], value);
    }

    /// <summary>The bytes between the fixed header and the data. Setting them does not make the header longer.</summary>
    public byte[] Options
    {
        get => Header.Span[HeaderMinimumLength..].ToArray();
        set => value.CopyTo(Header.Span[HeaderMinimumLength..]);
    }

    public bool ValidTcpChecksum => HasValidChecksum;

    public ushort CalculateTcpChecksum() => CalculateChecksum();

    public void UpdateTcpChecksum() => Checksum = CalculateTcpChecksum();

    internal static bool Fits(ByteArraySegment bytes) =>
        bytes.Length >= HeaderMinimumLength && bytes.Head((bytes.Span[12] >> 4) * 4) is { Length: >= HeaderMinimumLength };

    private bool HasFlag(ushort flag) => (Flags & flag) != 0;

    private void SetFlag(ushort flag, bool on) => Flags = (ushort)(on ? Flags | flag : Flags & ~flag);
}
