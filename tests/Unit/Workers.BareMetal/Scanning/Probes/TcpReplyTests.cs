using FsCheck;
using FsCheck.Fluent;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Probes;

public class TcpReplyTests
{
    private static readonly byte[] SynAck =
    [
        0x45, 0, 0, 44, 0, 0, 0x40, 0, 64, 6, 0, 0, 198, 51, 100, 7, 192, 0, 2, 1,
        0x01, 0xBB, 0xEE, 0x48, 0, 0, 0, 9, 0xDE, 0xAD, 0xBE, 0xEF, 0x60, 0x12, 0xFA, 0xF0, 0, 0, 0, 0, 2, 4, 5, 0xB4,
    ];

    [Fact]
    public void The_parts_are_read_where_the_headers_have_them()
    {
        Assert.True(TcpReply.TryRead(SynAck, out var reply));

        Assert.Equal(new TcpReply(Address.Parse("198.51.100.7"), 443, 0xEE48, 0xDEAD_BEEF, TcpReply.Syn | TcpReply.Ack), reply);
    }

    [Fact]
    public void Options_of_the_IP_header_are_passed_over()
    {
        byte[] packet = [0x46, 0, 0, 48, .. SynAck[4..20], 1, 1, 1, 0, .. SynAck[20..]];

        Assert.True(TcpReply.TryRead(packet, out var reply));

        Assert.Equal(443, reply.SourcePort);
    }

    [Fact]
    public void Padding_of_the_frame_is_no_part_of_the_packet() => Assert.True(TcpReply.TryRead([.. SynAck, 0, 0], out _));

    [Theory]
    [InlineData(0, 0x65)] // IPv6
    [InlineData(0, 0x44)] // header shorter than a header
    [InlineData(0, 0x4F)] // header longer than the packet
    [InlineData(3, 45)] // longer than what was captured
    [InlineData(3, 39)] // no room for TCP
    [InlineData(6, 0x20)] // first fragment of more
    [InlineData(7, 0x01)] // a later fragment
    [InlineData(9, 17)] // UDP
    public void What_is_no_whole_TCP_header_is_not_read(int at, byte value)
    {
        var packet = SynAck.ToArray();
        packet[at] = value;

        Assert.False(TcpReply.TryRead(packet, out _));
    }

    [Fact]
    public void Every_truncation_is_survived() =>
        Assert.All(Enumerable.Range(0, SynAck.Length), length => Assert.False(TcpReply.TryRead(SynAck.AsSpan(0, length), out _)));

    [Fact]
    public void Arbitrary_bytes_are_survived() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => TcpReply.TryRead(bytes, out _) || true)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void A_real_answer_with_any_bytes_changed_is_survived() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(byte At, byte Value)[]>(), changes =>
        {
            var packet = SynAck.ToArray();
            foreach (var (at, value) in changes)
                packet[at % packet.Length] = value;
            return TcpReply.TryRead(packet, out _) || true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
}
