using System.Buffers.Binary;
using System.Net;
using PacketDotNet.Utils;

namespace PacketDotNet;

/// <summary>An IPv6 packet (RFC 8200) without extension headers.</summary>
public sealed class IPv6Packet : IPPacket
{
    public const int HeaderMinimumLength = 40;

    public IPv6Packet(IPAddress sourceAddress, IPAddress destinationAddress)
        : base(new(new byte[HeaderMinimumLength]))
    {
        Version = IPVersion.IPv6;
        TimeToLive = 64;
        SourceAddress = sourceAddress;
        DestinationAddress = destinationAddress;
    }

    public IPv6Packet(ByteArraySegment byteArraySegment)
        : base(byteArraySegment.Head(HeaderMinimumLength) ?? throw new ArgumentOutOfRangeException(nameof(byteArraySegment)))
    {
        var payload = byteArraySegment.From(HeaderMinimumLength);
        payload.Length = Math.Min(PayloadLength, payload.Length);
        Parse(payload);
    }

    public override IPVersion Version
    {
        get => (IPVersion)(Header.Span[0] >> 4);
        set => Header.Span[0] = (byte)((Header.Span[0] & 0x0F) | ((int)value << 4));
    }

    public override int HeaderLength
    {
        get => HeaderMinimumLength / 4;
        set => throw new NotImplementedException();
    }

    public override ushort PayloadLength
    {
        get => BinaryPrimitives.ReadUInt16BigEndian(Header.Span[4..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(Header.Span[4..], value);
    }

    public override int TotalLength
    {
        get => HeaderMinimumLength + PayloadLength;
        set => PayloadLength = (ushort)(value - HeaderMinimumLength);
    }

    public override ProtocolType Protocol
    {
        get => (ProtocolType)Header.Span[6];
        set => Header.Span[6] = (byte)value;
    }

    public override int TimeToLive
    {
        get => Header.Span[7];
        set => Header.Span[7] = (byte)value;
    }

    public override IPAddress SourceAddress
    {
        get => new(Header.Span[8..24]);
        set => value.GetAddressBytes().CopyTo(Header.Span[8..]);
    }

    public override IPAddress DestinationAddress
    {
        get => new(Header.Span[24..40]);
        set => value.GetAddressBytes().CopyTo(Header.Span[24..]);
    }

    public override void UpdateCalculatedValues() => PayloadLength = (ushort)(PayloadPacket?.Bytes ?? PayloadData ?? []).Length;

    internal static bool Fits(ByteArraySegment bytes) => bytes.Length >= HeaderMinimumLength;

    internal override byte[] PseudoHeader(int payloadLength) =>
        [.. Header.Span[8..40], 0, 0, (byte)(payloadLength >> 8), (byte)payloadLength, 0, 0, 0, (byte)Protocol];
}
