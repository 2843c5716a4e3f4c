using System.Net;
using PacketDotNet.Utils;

namespace PacketDotNet;

/// <summary>What IPv4 and IPv6 have in common.</summary>
public abstract class IPPacket : Packet
{
    private protected IPPacket(ByteArraySegment header)
        : base(header)
    {
    }

    public abstract IPVersion Version { get; set; }

    public abstract IPAddress SourceAddress { get; set; }

    public abstract IPAddress DestinationAddress { get; set; }

    /// <summary>In 32-bit words.</summary>
    public abstract int HeaderLength { get; set; }

    public abstract ushort PayloadLength { get; set; }

    public abstract int TotalLength { get; set; }

    public abstract ProtocolType Protocol { get; set; }

    public abstract int TimeToLive { get; set; }

    public override Packet PayloadPacket
    {
        get => base.PayloadPacket;
        set
        {
            base.PayloadPacket = value;
            Protocol = value switch
            {
                TcpPacket => ProtocolType.Tcp,
                UdpPacket => ProtocolType.Udp,
                IcmpV4Packet => ProtocolType.Icmp,
                _ => ProtocolType.IPv6NoNextHeader,
            };
            PayloadLength = (ushort)(value?.Bytes.Length ?? 0);
        }
    }

    /// <summary>Addresses, protocol and length, which the checksums of TCP and UDP cover too.</summary>
    internal abstract byte[] PseudoHeader(int payloadLength);

    private protected void Parse(ByteArraySegment payload) => Carry(payload, Protocol switch
    {
        ProtocolType.Tcp when TcpPacket.Fits(payload) => new TcpPacket(payload, this),
        ProtocolType.Udp when UdpPacket.Fits(payload) => new UdpPacket(payload, this),
        ProtocolType.Icmp when IcmpV4Packet.Fits(payload) => new IcmpV4Packet(payload, this),
        _ => null,
    });
}
