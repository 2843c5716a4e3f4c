using System.Buffers.Binary;
using System.Net.NetworkInformation;
using PacketDotNet.Utils;

namespace PacketDotNet;

/// <summary>An Ethernet II frame without its check sequence: destination (6), source (6), type (2).</summary>
public sealed class EthernetPacket : Packet
{
    private const int HeaderLength = 14;

    public EthernetPacket(PhysicalAddress sourceHardwareAddress, PhysicalAddress destinationHardwareAddress, EthernetType ethernetType)
        : base(new(new byte[HeaderLength]))
    {
        SourceHardwareAddress = sourceHardwareAddress;
        DestinationHardwareAddress = destinationHardwareAddress;
        Type = ethernetType;
    }

    public EthernetPacket(ByteArraySegment byteArraySegment)
        : base(byteArraySegment.Head(HeaderLength) ?? throw new ArgumentOutOfRangeException(nameof(byteArraySegment)))
    {
        var payload = byteArraySegment.From(HeaderLength);
        Carry(payload, Type switch
        {
            EthernetType.IPv4 when IPv4Packet.Fits(payload) => new IPv4Packet(payload) { ParentPacket = this },
            EthernetType.IPv6 when IPv6Packet.Fits(payload) => new IPv6Packet(payload) { ParentPacket = this },
            EthernetType.Arp when ArpPacket.Fits(payload) => new ArpPacket(payload) { ParentPacket = this },
            _ => null,
        });
    }

    public PhysicalAddress DestinationHardwareAddress
    {
        get => new(Header.Span[..6].ToArray());
        set => value.GetAddressBytes().CopyTo(Header.Span);
    }

    public PhysicalAddress SourceHardwareAddress
    {
        get => new(Header.Span[6..12].ToArray());
        set => value.GetAddressBytes().CopyTo(Header.Span[6..]);
    }

    public EthernetType Type
    {
        get => (EthernetType)BinaryPrimitives.ReadUInt16BigEndian(Header.Span[12..]);
        set => BinaryPrimitives.WriteUInt16BigEndian(Header.Span[12..], (ushort)value);
    }

    public override Packet PayloadPacket
    {
        get => base.PayloadPacket;
        set
        {
            base.PayloadPacket = value;
            Type = value switch
            {
                IPv4Packet => EthernetType.IPv4,
                IPv6Packet => EthernetType.IPv6,
                ArpPacket => EthernetType.Arp,
                _ => EthernetType.None,
            };
        }
    }
}
