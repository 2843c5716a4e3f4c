using System.Buffers.Binary;
using System.Net.NetworkInformation;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Packets;

namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>The question for an IPv6 neighbour and its answer (RFC 4861 sections 4.3 and 4.4), as Ethernet frames.</summary>
/// <remarks>
/// <code>
///  0 type   1 code   2 checksum   4 flags   8 the address asked for   24 options: type, length in 8 bytes, hardware address
/// </code>
/// </remarks>
internal static class NeighbourDiscovery
{
    private const byte SolicitationType = 135;
    private const byte SourceLinkAddress = 1;
    private const byte TargetLinkAddress = 2;
    private const int MessageLength = 24;
    private const int OptionLength = 8;

    /// <summary>Nothing but the link itself can have sent a packet with this hop limit (section 7.1).</summary>
    private const byte FromTheLink = 255;

    public static string Filter(Address neighbour) => $"icmp6 and ip6[40] = 136 and src host {neighbour}";

    /// <summary>To the group of all whose address ends as the neighbour's does.</summary>
    public static byte[] Solicitation(PhysicalAddress own, Address neighbour, Address source)
    {
        var end = (uint)neighbour.Bits & 0xFF_FFFF;
        var group = Address.V6(new UInt128(0xFF02_0000_0000_0000, 0x0000_0001_FF00_0000UL | end));
        var groupLink = new PhysicalAddress([0x33, 0x33, 0xFF, (byte)(end >> 16), (byte)(end >> 8), (byte)end]);
        var frame = new byte[EthernetHeader.Length + IPPacket.V6HeaderLength + MessageLength + OptionLength];
        var packet = frame.AsSpan(EthernetHeader.Length);
        IPPacket.Write(packet, source, group, IPPacket.IcmpV6, MessageLength + OptionLength);
        new EthernetHeader(own, null, groupLink).Write(frame);
        packet[7] = FromTheLink;
        var message = packet[IPPacket.V6HeaderLength..];
        message[0] = SolicitationType;
        BinaryPrimitives.WriteUInt128BigEndian(message[8..], neighbour.Bits);
        message[MessageLength] = SourceLinkAddress;
        message[MessageLength + 1] = OptionLength / 8;
        own.GetAddressBytes().CopyTo(message[(MessageLength + 2)..]);
        var sum = IPPacket.PseudoHeaderSum(source, group, IPPacket.IcmpV6, message.Length) + Checksum.Sum(message);
        BinaryPrimitives.WriteUInt16BigEndian(message[2..], Checksum.Of(sum));
        return frame;
    }

    /// <summary>The hardware address that the neighbour says it has.</summary>
    public static PhysicalAddress? ReadAdvertisement(ReadOnlySpan<byte> frame, Address neighbour)
    {
        if (frame.Length < EthernetHeader.Length + IPPacket.V6HeaderLength)
            return null;
        var packet = frame[EthernetHeader.Length..];
        if (!IPPacket.TryRead(packet, out var ip) || packet[7] != FromTheLink || ip.Payload.Length < MessageLength
            || BinaryPrimitives.ReadUInt128BigEndian(ip.Payload[8..]) != neighbour.Bits)
            return null;
        for (var options = ip.Payload[MessageLength..]; options.Length >= OptionLength && options[1] != 0;)
        {
            if (options[0] == TargetLinkAddress)
                return new(options[2..OptionLength].ToArray());
            options = options[Math.Min(options[1] * 8, options.Length)..];
        }
        return null;
    }
}
