using System.Buffers.Binary;
using PacketDotNet;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Packets;
using TaskMesh.Workers.BareMetal.Scanning.Probes;
using IPPacket = TaskMesh.Workers.BareMetal.Scanning.Packets.IPPacket;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Fuzzing;

/// <summary>Packets as they come in, from their IP header on.</summary>
internal static class Frames
{
    private const ushort SourcePort = 61_234;
    private const int EthernetLength = 14;

    private static readonly Address[] Ours = [Address.Parse("192.0.2.1"), Address.Parse("2001:db8::1")];
    private static readonly Address[] Theirs = [Address.Parse("198.51.100.7"), Address.Parse("2001:db8:ffff::7")];
    private static readonly byte[] Ethernet = new byte[EthernetLength];

    private static readonly PacketOutbox Outbox = new(largestPacket: 64);

    private static readonly TcpSynProbe[] Probes = [Probe("198.51.100.0/24", Ours[0], null), Probe("2001:db8:ffff::/120", null, Ours[1])];

    public static IReadOnlyList<byte[]> Corpus { get; } =
    [
        .. Ours.Zip(Theirs).SelectMany(pair => new[]
        {
            Segment(pair.First, pair.Second, TcpSegment.Syn | TcpSegment.Ack, [2, 4, 5, 180]),
            Segment(pair.First, pair.Second, TcpSegment.Rst | TcpSegment.Ack, []),
            Datagram(pair.First, pair.Second),
            Unreachable(pair.First, pair.Second),
        }),
    ];

    /// <summary>Answers to questions that were never asked: no cookie is right.</summary>
    public static IReadOnlyList<byte[]> Forged { get; } = [Corpus[0], Corpus[1], Corpus[4], Corpus[5]];

    public static int Read(Memory<byte> input)
    {
        if (!IPPacket.TryRead(input.Span, out var ip))
            return FuzzTarget.Refused;
        var way = (ip.Protocol << 8) | (ip.Source.IsV6 ? 2 : 0) | (ip.IsWhole ? 1 : 0);
        if (TcpSegment.TryRead(ip.Payload, out var segment))
            way |= (1 << 16) | (segment.Payload.IsEmpty ? 0 : 4);
        if (UdpDatagram.TryRead(ip.Payload, out var datagram))
            way |= (1 << 17) | (datagram.Payload.IsEmpty ? 0 : 8);
        if (IcmpError.TryRead(ip, out var error))
            way |= (1 << 18) | (error.Protocol == ip.Protocol ? 16 : 0);
        return way;
    }

    /// <summary>What we read, the other parser reads as well.</summary>
    public static int Compare(Memory<byte> input)
    {
        if (!IPPacket.TryRead(input.Span, out var ip) || !ip.IsWhole)
            return FuzzTarget.Refused;
        byte[] frame = [.. Ethernet, .. input.Span];
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), (ushort)(ip.Source.IsV6 ? 0x86DD : 0x0800));
        var other = Packet.ParsePacket(LinkLayers.Ethernet, frame).Extract<PacketDotNet.IPPacket>()
            ?? throw new InvalidOperationException("The other parser sees no packet.");
        if (ip.Source != Address.From(other.SourceAddress) || ip.Destination != Address.From(other.DestinationAddress))
            throw new InvalidOperationException("The other parser sees other addresses.");
        if (ip.Protocol == IPPacket.Tcp && ip.Payload.Length >= TcpSegment.HeaderLength && ip.Payload[12] >> 4 << 2 <= ip.Payload.Length)
        {
            var isRead = TcpSegment.TryRead(ip.Payload, out var tcp);
            var theirs = other.Extract<TcpPacket>();
            if (isRead != theirs is not null || (isRead && (tcp.SourcePort, tcp.DestinationPort, tcp.Sequence, tcp.Acknowledgment, tcp.Flags) !=
                (theirs!.SourcePort, theirs.DestinationPort, theirs.SequenceNumber, theirs.AcknowledgmentNumber, (byte)theirs.Flags)))
                throw new InvalidOperationException("The other parser sees another segment.");
            return isRead ? 1 : 2;
        }
        if (ip.Protocol == IPPacket.Udp && UdpDatagram.TryRead(ip.Payload, out var udp))
        {
            var theirs = other.Extract<UdpPacket>();
            return theirs is not null && (udp.SourcePort, udp.DestinationPort) == (theirs.SourcePort, theirs.DestinationPort)
                ? 3 : throw new InvalidOperationException("The other parser sees another datagram.");
        }
        return 0;
    }

    /// <summary>Nobody's answer is believed.</summary>
    public static int Judge(Memory<byte> input)
    {
        foreach (var probe in Probes)
        {
            if (probe.Judge(input.Span, Outbox, out _) != Verdict.Unproven)
                throw new InvalidOperationException("A forged answer is believed.");
        }
        return FuzzTarget.Refused;
    }

    private static TcpSynProbe Probe(string targets, Address? v4, Address? v6) =>
        new(new(new([AddressRange.Parse(targets)]), PortSet.Parse("1-65535"), seed: 3), new(v4, v6, SourcePort, Seed: 99));

    private static byte[] Segment(Address ours, Address theirs, byte flags, byte[] options)
    {
        var packet = new byte[100];
        return packet[..TcpSegment.Write(packet, theirs, 443, ours, SourcePort, 9, 0xDEAD_BEEF, flags, 64_240, options)];
    }

    private static byte[] Datagram(Address ours, Address theirs)
    {
        var packet = new byte[100];
        return packet[..UdpDatagram.Write(packet, theirs, 53, ours, SourcePort, 20)];
    }

    private static byte[] Unreachable(Address ours, Address theirs)
    {
        var quoted = Segment(theirs, ours, TcpSegment.Syn, [2, 4, 5, 180]);
        var packet = new byte[160];
        var protocol = ours.IsV6 ? IPPacket.IcmpV6 : IPPacket.Icmp;
        var header = IPPacket.Write(packet, theirs, ours, protocol, 8 + quoted.Length);
        packet[header] = ours.IsV6 ? (byte)1 : (byte)3;
        packet[header + 1] = 3;
        quoted.CopyTo(packet, header + 8);
        return packet[..(header + 8 + quoted.Length)];
    }
}
