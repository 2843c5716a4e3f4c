using FsCheck;
using FsCheck.Fluent;
using PacketDotNet;
using PacketDotNet.Utils;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Probes;

public class TcpSynProbeTests
{
    private const ushort SourcePort = 61_234;

    private static readonly Address Source = Address.Parse("192.0.2.1");
    private static readonly ProbeTarget Target = new(Address.Parse("198.51.100.7"), 443);
    private static readonly ProbeCookie Cookie = new(99);

    [Fact]
    public void An_aimed_packet_is_read_by_another_parser_as_it_was_meant() =>
        Prop.ForAll(ArbMap.Default.ArbFor<(uint Address, ushort Port)[]>(), targets =>
        {
            var probe = new TcpSynProbe(Source, SourcePort, Cookie);
            var packet = probe.Template.ToArray();
            // One slot serves many targets, so nothing of an earlier one may stay behind.
            return targets.All(each =>
            {
                var target = new ProbeTarget(Address.V4(each.Address * 2_654_435_761), each.Port);
                probe.Aim(packet, target);
                return IsRightSyn(packet, target);
            });
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    public void A_SYN_ACK_that_acknowledges_the_cookie_means_open()
    {
        var verdict = Judge(Answer(ahead: 1, tcp => (tcp.Synchronize, tcp.Acknowledgment) = (true, true)), out var target);

        Assert.Equal(Verdict.Open, verdict);
        Assert.Equal(Target, target);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_RST_that_acknowledges_the_cookie_means_closed(uint ahead)
    {
        var verdict = Judge(Answer(ahead, tcp => (tcp.Reset, tcp.Acknowledgment) = (true, true)), out var target);

        Assert.Equal(Verdict.Closed, verdict);
        Assert.Equal(Target, target);
    }

    public static TheoryData<string, uint, Action<TcpPacket>> Unproven => new()
    {
        { "the cookie itself is not acknowledged by a SYN-ACK", 0, tcp => (tcp.Synchronize, tcp.Acknowledgment) = (true, true) },
        { "one too far", 2, tcp => (tcp.Reset, tcp.Acknowledgment) = (true, true) },
        { "a guess", 12_345, tcp => (tcp.Synchronize, tcp.Acknowledgment) = (true, true) },
        { "nothing acknowledged", 1, tcp => tcp.Synchronize = true },
        { "RST without ACK", 1, tcp => tcp.Reset = true },
        { "an ACK of some connection", 1, tcp => tcp.Acknowledgment = true },
        { "another port of ours", 1, tcp => (tcp.Synchronize, tcp.Acknowledgment, tcp.DestinationPort) = (true, true, SourcePort + 1) },
        { "another port of theirs", 1, tcp => (tcp.Synchronize, tcp.Acknowledgment, tcp.SourcePort) = (true, true, 444) },
    };

    [Theory]
    [MemberData(nameof(Unproven))]
    public void What_does_not_prove_itself_says_nothing(string why, uint ahead, Action<TcpPacket> change)
    {
        Assert.NotEmpty(why);
        Assert.Equal(Verdict.Unproven, Judge(Answer(ahead, change), out _));
    }

    [Fact]
    public void The_probe_itself_is_no_answer()
    {
        var probe = new TcpSynProbe(Source, SourcePort, Cookie);
        var packet = probe.Template.ToArray();
        probe.Aim(packet, Target);

        Assert.Equal(Verdict.Unproven, probe.Judge(packet, out _));
    }

    [Fact]
    public void Aiming_and_judging_cost_no_memory()
    {
        var probe = new TcpSynProbe(Source, SourcePort, Cookie);
        var packet = probe.Template.ToArray();
        var answer = Answer(ahead: 1, tcp => (tcp.Synchronize, tcp.Acknowledgment) = (true, true));
        Use(probe, packet, answer);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 1000; round++)
            Use(probe, packet, answer);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Use(TcpSynProbe probe, byte[] packet, byte[] answer)
    {
        probe.Aim(packet, Target);
        probe.Judge(answer, out _);
    }

    private static bool IsRightSyn(byte[] packet, ProbeTarget target)
    {
        var ip = new IPv4Packet(new ByteArraySegment(packet));
        var tcp = ip.Extract<TcpPacket>()!;
        return ip.ValidIPChecksum && tcp.ValidTcpChecksum
            && Address.From(ip.SourceAddress) == Source && Address.From(ip.DestinationAddress) == target.Address
            && ip.TimeToLive == 64 && ip.FragmentFlags == 2 && ip.TotalLength == packet.Length
            && tcp.SourcePort == SourcePort && tcp.DestinationPort == target.Port && tcp.SequenceNumber == Cookie.Of(target, SourcePort)
            && tcp.Flags == 0x02 && tcp.WindowSize == 64_240 && tcp.Options.AsSpan().SequenceEqual<byte>([2, 4, 0x05, 0xB4]);
    }

    private static Verdict Judge(byte[] packet, out ProbeTarget target) => new TcpSynProbe(Source, SourcePort, Cookie).Judge(packet, out target);

    private static byte[] Answer(uint ahead, Action<TcpPacket> change)
    {
        var tcp = new TcpPacket(Target.Port, SourcePort) { AcknowledgmentNumber = Cookie.Of(Target, SourcePort) + ahead };
        change(tcp);
        return new IPv4Packet(Target.Address.ToIPAddress(), Source.ToIPAddress()) { PayloadPacket = tcp }.Bytes;
    }
}
