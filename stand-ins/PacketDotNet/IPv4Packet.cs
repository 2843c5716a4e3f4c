using System.Buffers.Binary;
using System.Net;
using PacketDotNet.Utils;

namespace PacketDotNet;

/// <summary>An IPv4 packet (RFC 791).</summary>
public sealed class IPv4Packet : IPPacket
{
    public const int HeaderMinimumLength = 20;

    public IPv4Packet(IPAddress sourceAddress, IPAddress destinationAddress)
        : base(new(new byte[HeaderMinimumLength]))
    {
        Version = IPVersion.IPv4;
        HeaderLength = HeaderMinimumLength / 4;
        TotalLength = HeaderMinimumLength;
        TimeToLive = 64;
        SourceAddress = sourceAddress;
        DestinationAddress = destinationAddress;
    }

    public IPv4Packet(ByteArraySegment byteArraySegment)
        : base(byteArraySegment.Head((byteArraySegment.Span[0] & 0x0F) * 4) ?? throw new ArgumentOutOfRangeException(nameof(byteArraySegment)))
    {
        var payload = byteArraySegment.From(Header.Length);
        payload.Length = Math.Clamp(TotalLength - Header.Length, 0, payload.Length);
        if (FragmentOffset == 0)
            Parse(payload);
        else
            Carry(payload, null);
    }

    public override IPVersion Version
    {
        get => (IPVersion)(Header.Span[0] >> 4);
        set => Header.Span[0] = (byte)((Header.Span[0] & 0x0F) | ((int)value << 4));
    }

    public override int HeaderLength
    {
        get => Header.Span[0] & 0x0F;
        set => Header.Span[0] = (byte)((Header.Span[0] & 0xF0) | (value & 0x0F));
    }

    public override int TotalLength
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(Header.Span[2..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(Header.Span[2..], (ushort)value);
    }

    public override ushort PayloadLength
    {
        get => (ushort)(TotalLength - (HeaderLength * 4));
        set => TotalLength = value + (HeaderLength * 4);
    }

    public ushort Id
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(Header.Span[4..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(Header.Span[4..], value);
    }

    /// <summary>Three bits: reserved, do not fragment (2), more fragments (1).</summary>
    public ushort FragmentFlags
    {
        get => (ushort)(Header.Span[6] >> 5);
        set => Header.Span[6] = (byte)((Header.Span[6] & 0x1F) | (value << 5));
    }

    public ushort FragmentOffset
    {
        get => (ushort)(BinaryPrimitives.ReadUInt16BigEndian(Header.Span[6..]) & 0x1FFF);
        set => BinaryPrimitives.WriteUInt16BigEndian(Header.Span[6..], (ushort)((Header.Span[6] & 0xE0) << 8 | (value & 0x1FFF)));
    }

    public override int TimeToLive
    {
        get => Header.Span[8];
        set => Header.Span[8] = (byte)value;
    }

    public override ProtocolType Protocol
    {
        get => (ProtocolType)Header.Span[9];
        set => Header.Span[9] = (byte)value;
    }

    public ushort Checksum
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(Header.Span[10..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(Header.Span[10..], value);
    }

    public override IPAddress SourceAddress
    {
        get => new(Header.Span[12..16]);
        set => value.GetAddressBytes().CopyTo(Header.Span[12..]);
    }

    public override IPAddress DestinationAddress
    {
        get => new(Header.Span[16..20]);
        set => value.GetAddressBytes().CopyTo(Header.Span[16..]);
    }

    public bool ValidIPChecksum => OnesComplement.Sum(HeaderData) == ushort.MaxValue;

    public ushort CalculateIPChecksum()
    {
        var header = HeaderData;
        header.AsSpan(10, 2).Clear();
        return (ushort)~OnesComplement.Sum(header);
    }

    public void UpdateIPChecksum() => Checksum = CalculateIPChecksum();

    public override void UpdateCalculatedValues() => TotalLength = Header.Length + (PayloadPacket?.Bytes ?? PayloadData ?? []).Length;

    internal static bool Fits(ByteArraySegment bytes) =>
        bytes.Length >= HeaderMinimumLength && bytes.Head((bytes.Span[0] & 0x0F) * 4) is { Length: >= HeaderMinimumLength };

    internal override byte[] PseudoHeader(int payloadLength) =>
        [.. Header.Span[12..20], 0, (byte)Protocol, (byte)(payloadLength >> 8), (byte)payloadLength];
}
