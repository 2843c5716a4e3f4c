using FsCheck;
using FsCheck.Fluent;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Packets;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Packets;

public class IPPacketTests
{
    private static readonly byte[] SynAck =
    [
        0x45, 0, 0, 44, 0, 0, 0x40, 0, 64, 6, 0, 0, 198, 51, 100, 7, 192, 0, 2, 1,
        0x01, 0xBB, 0xEE, 0x48, 0, 0, 0, 9, 0xDE, 0xAD, 0xBE, 0xEF, 0x60, 0x12, 0xFA, 0xF0, 0, 0, 0, 0, 2, 4, 5, 0xB4,
    ];

    [Fact]
    public void The_parts_are_read_where_the_headers_have_them()
    {
        Assert.True(IPPacket.TryRead(SynAck, out var ip));
        Assert.True(TcpSegment.TryRead(ip.Payload, out var tcp));

        Assert.Equal((Address.Parse("198.51.100.7"), Address.Parse("192.0.2.1"), true), (ip.Source, ip.Destination, ip.IsWhole));
        Assert.Equal((443, 0xEE48, 9u, 0xDEAD_BEEF), (tcp.SourcePort, tcp.DestinationPort, tcp.Sequence, tcp.Acknowledgment));
        Assert.Equal(TcpSegment.Syn | TcpSegment.Ack, tcp.Flags);
        Assert.Equal(0, tcp.Payload.Length);
    }

    [Fact]
    public void Options_of_the_IP_header_are_passed_over()
    {
        byte[] packet = [0x46, 0, 0, 48, .. SynAck[4..20], 1, 1, 1, 0, .. SynAck[20..]];

        Assert.True(IPPacket.TryRead(packet, out var ip));
        Assert.True(TcpSegment.TryRead(ip.Payload, out var tcp));

        Assert.Equal(443, tcp.SourcePort);
    }

    [Fact]
    public void Padding_of_the_frame_is_no_part_of_the_packet()
    {
        Assert.True(IPPacket.TryRead([.. SynAck, 0, 0], out var ip));

        Assert.Equal((44, 24, true), (ip.Length, ip.Payload.Length, ip.IsWhole));
    }

    [Fact]
    public void A_packet_that_was_cut_off_when_captured_says_so()
    {
        byte[] packet = [.. SynAck];
        packet[2] = 1;

        Assert.True(IPPacket.TryRead(packet, out var ip));

        Assert.Equal((44, false), (ip.Length, ip.IsWhole));
    }

    [Theory]
    [InlineData(0, 0x55)] // another version
    [InlineData(0, 0x65)] // IPv6, shorter than its header is
    [InlineData(0, 0x44)] // header shorter than a header
    [InlineData(0, 0x4F)] // header longer than the packet
    [InlineData(3, 19)] // shorter than its header
    [InlineData(6, 0x20)] // first fragment of more
    [InlineData(7, 0x01)] // a later fragment
    public void What_is_no_whole_header_is_not_read(int at, byte value)
    {
        var packet = SynAck[..39];
        packet[at] = value;

        Assert.False(IPPacket.TryRead(packet, out _));
    }

    [Theory]
    [InlineData("192.0.2.1", "198.51.100.7")]
    [InlineData("2001:db8::1", "2001:db8::7")]
    public void What_is_written_is_read(string source, string destination)
    {
        var packet = new byte[100];
        var (from, to) = (Address.Parse(source), Address.Parse(destination));

        var tcpLength = TcpSegment.Write(packet, from, 1, to, 2, 3, 4, TcpSegment.Ack, 5, [1, 1, 1, 1], "hello"u8);
        Assert.True(IPPacket.TryRead(packet.AsSpan(0, tcpLength), out var ip));
        Assert.True(TcpSegment.TryRead(ip.Payload, out var tcp));
        Assert.Equal((from, to, tcpLength, to), (ip.Source, ip.Destination, ip.Length, IPPacket.DestinationOf(packet)));
        Assert.Equal((1, 2, 3u, 4u), (tcp.SourcePort, tcp.DestinationPort, tcp.Sequence, tcp.Acknowledgment));
        Assert.Equal("hello"u8, tcp.Payload);
        Assert.Equal(0, Checksum.Of(IPPacket.PseudoHeaderSum(from, to, IPPacket.Tcp, ip.Payload.Length) + Checksum.Sum(ip.Payload)));

        "query"u8.CopyTo(packet.AsSpan(UdpDatagram.PayloadOffset(from.IsV6)));
        var udpLength = UdpDatagram.Write(packet, from, 7, to, 53, 5);
        Assert.True(IPPacket.TryRead(packet.AsSpan(0, udpLength), out ip));
        Assert.True(UdpDatagram.TryRead(ip.Payload, out var udp));
        Assert.Equal((7, 53), (udp.SourcePort, udp.DestinationPort));
        Assert.Equal("query"u8, udp.Payload);
        Assert.Equal(0, Checksum.Of(IPPacket.PseudoHeaderSum(from, to, IPPacket.Udp, ip.Payload.Length) + Checksum.Sum(ip.Payload)));
    }

    [Fact]
    public void Every_truncation_is_survived() => Assert.All(Enumerable.Range(0, SynAck.Length), length => ReadAll(SynAck.AsSpan(0, length)));

    [Fact]
    public void Arbitrary_bytes_are_survived() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => ReadAll(bytes)).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Theory]
    [InlineData(6, 4)]
    [InlineData(17, 4)]
    [InlineData(1, 4)]
    [InlineData(58, 6)]
    public void A_real_packet_with_any_bytes_changed_is_survived(byte protocol, int version) =>
        Prop.ForAll(ArbMap.Default.ArbFor<(byte At, byte Value)[]>(), changes =>
        {
            byte[] packet = version == 4
                ? [.. SynAck[..20], .. SynAck[20..28], .. SynAck]
                : [0x60, 0, 0, 0, 0, 92, 58, 64, .. new byte[32], 1, 0, 0, 0, 0, 0, 0, 0, 0x60, 0, 0, 0, 0, 44, 6, 64, .. new byte[32], .. SynAck];
            packet[version == 4 ? 9 : 6] = protocol;
            packet[version == 4 ? 3 : 5] = (byte)(packet.Length - (version == 4 ? 0 : 40));
            if (version == 4 && protocol == 1)
                packet[20] = 3;
            foreach (var (at, value) in changes)
                packet[at % packet.Length] = value;
            return ReadAll(packet);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    /// <summary>True always: what counts is that nothing is thrown.</summary>
    private static bool ReadAll(ReadOnlySpan<byte> bytes)
    {
        _ = TcpSegment.TryRead(bytes, out _);
        _ = UdpDatagram.TryRead(bytes, out _);
        if (!IPPacket.TryRead(bytes, out var ip))
            return true;
        _ = TcpSegment.TryRead(ip.Payload, out _);
        _ = UdpDatagram.TryRead(ip.Payload, out _);
        _ = IcmpError.TryRead(ip, out _);
        return true;
    }
}
