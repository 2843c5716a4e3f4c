using System.Buffers.Binary;
using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Packets;

/// <summary>An IPv4 (RFC 791) or IPv6 packet (RFC 8200) that is no fragment, as far as scanning looks at it.</summary>
/// <remarks>
/// <code>
///  IPv4  0 version, header length   2 total length     6 flags, fragment offset   8 TTL   9 protocol   10 checksum   12 source   16 destination
///  IPv6  0 version                  4 payload length   6 next header   7 hop limit   8 source   24 destination
/// </code>
/// IPv6 extension headers are not followed: no answer to a probe carries one. Checksums are not read: an answer proves itself by its cookie,
/// and a capture may hold checksums that hardware has yet to fill in.
/// </remarks>
public readonly ref struct IPPacket
{
    public const int V4HeaderLength = 20;
    public const int V6HeaderLength = 40;
    public const byte Icmp = 1;
    public const byte Tcp = 6;
    public const byte Udp = 17;
    public const byte IcmpV6 = 58;

    private const ushort FragmentMask = 0x3FFF;
    private const byte HopLimit = 64;

    private IPPacket(Address source, Address destination, byte protocol, ReadOnlySpan<byte> packet, int headerLength, int length)
    {
        Source = source;
        Destination = destination;
        Protocol = protocol;
        Length = Math.Min(length, packet.Length);
        Payload = packet[headerLength..Length];
        IsWhole = length <= packet.Length;
    }

    public Address Source { get; }

    public Address Destination { get; }

    public byte Protocol { get; }

    /// <summary>What stands behind the header, as much of it as was captured.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>How long the packet is, as much of it as was captured and without the padding of a short frame.</summary>
    public int Length { get; }

    /// <summary>Whether all of the packet was captured.</summary>
    public bool IsWhole { get; }

    public static int HeaderLength(bool isV6) => isV6 ? V6HeaderLength : V4HeaderLength;

    /// <summary>Any bytes may be asked.</summary>
    public static bool TryRead(ReadOnlySpan<byte> packet, out IPPacket read)
    {
        read = default;
        return packet.Length >= V4HeaderLength && (packet[0] >> 4) switch
        {
            4 => TryReadV4(packet, out read),
            6 => TryReadV6(packet, out read),
            _ => false,
        };
    }

    /// <summary>Where a packet of ours goes.</summary>
    public static Address DestinationOf(ReadOnlySpan<byte> packet) => packet[0] >> 4 == 4
        ? Address.V4(BinaryPrimitives.ReadUInt32BigEndian(packet[16..]))
        : Address.V6(BinaryPrimitives.ReadUInt128BigEndian(packet[24..]));

    /// <summary>Writes a header before a payload that is or will be there; returns its length.</summary>
    public static int Write(Span<byte> packet, Address source, Address destination, byte protocol, int payloadLength)
    {
        if (source.IsV6)
        {
            BinaryPrimitives.WriteUInt32BigEndian(packet, 0x6000_0000);
            BinaryPrimitives.WriteUInt16BigEndian(packet[4..], (ushort)payloadLength);
            packet[6] = protocol;
            packet[7] = HopLimit;
            BinaryPrimitives.WriteUInt128BigEndian(packet[8..], source.Bits);
            BinaryPrimitives.WriteUInt128BigEndian(packet[24..], destination.Bits);
            return V6HeaderLength;
        }
        const uint dontFragment = 0x4000_0000;
        BinaryPrimitives.WriteUInt32BigEndian(packet, 0x4500_0000 + (uint)(V4HeaderLength + payloadLength));
        BinaryPrimitives.WriteUInt32BigEndian(packet[4..], dontFragment >> 16);
        BinaryPrimitives.WriteUInt32BigEndian(packet[8..], ((uint)HopLimit << 24) | ((uint)protocol << 16));
        BinaryPrimitives.WriteUInt32BigEndian(packet[12..], (uint)source.Bits);
        BinaryPrimitives.WriteUInt32BigEndian(packet[16..], (uint)destination.Bits);
        BinaryPrimitives.WriteUInt16BigEndian(packet[10..], Checksum.Of(Checksum.Sum(packet[..V4HeaderLength])));
        return V4HeaderLength;
    }

    /// <summary>
    /// What TCP, UDP and ICMPv6 sum besides their own bytes: addresses, protocol, length (RFC 9293 section 3.1, RFC 8200 section 8.1).
    /// </summary>
    public static uint PseudoHeaderSum(Address source, Address destination, byte protocol, int length)
    {
        Span<byte> addresses = stackalloc byte[32];
        BinaryPrimitives.WriteUInt128BigEndian(addresses, source.Bits);
        BinaryPrimitives.WriteUInt128BigEndian(addresses[16..], destination.Bits);
        return Checksum.Sum(addresses) + protocol + (uint)length;
    }

    private static bool TryReadV4(ReadOnlySpan<byte> packet, out IPPacket read)
    {
        read = default;
        var headerLength = (packet[0] & 0x0F) * 4;
        int totalLength = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        var isFragment = (BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & FragmentMask) != 0;
        if (isFragment || headerLength < V4HeaderLength || totalLength < headerLength || packet.Length < headerLength)
            return false;
        read = new(
            Address.V4(BinaryPrimitives.ReadUInt32BigEndian(packet[12..])),
            Address.V4(BinaryPrimitives.ReadUInt32BigEndian(packet[16..])),
            packet[9],
            packet,
            headerLength,
            totalLength);
        return true;
    }

    private static bool TryReadV6(ReadOnlySpan<byte> packet, out IPPacket read)
    {
        read = default;
        if (packet.Length < V6HeaderLength)
            return false;
        read = new(
            Address.V6(BinaryPrimitives.ReadUInt128BigEndian(packet[8..])),
            Address.V6(BinaryPrimitives.ReadUInt128BigEndian(packet[24..])),
            packet[6],
            packet,
            V6HeaderLength,
            V6HeaderLength + BinaryPrimitives.ReadUInt16BigEndian(packet[4..]));
        return true;
    }
}
