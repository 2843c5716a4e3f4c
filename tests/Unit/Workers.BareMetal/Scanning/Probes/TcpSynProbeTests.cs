using FsCheck;
using FsCheck.Fluent;
using PacketDotNet;
using PacketDotNet.Utils;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Engine;
using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Probes;

public class TcpSynProbeTests
{
    private const ushort SourcePort = 61_234;

    private static readonly Address Source = Address.Parse("192.0.2.1");
    private static readonly ProbeTarget Target = new(Address.Parse("198.51.100.7"), 443);
    private const ulong Seed = 99;
    private static readonly ProbeCookie Cookie = new(Seed);
    private static readonly TargetOrder Small = Order("198.51.100.0/24", "443-444");

    [Theory]
    [InlineData("0.0.0.0/0", "192.0.2.1")]
    [InlineData("2001:db8::/96", "2001:db8:ffff::1")]
    public void An_aimed_packet_is_read_by_another_parser_as_it_was_meant(string targets, string source) =>
        Prop.ForAll(ArbMap.Default.ArbFor<uint[]>(), places =>
        {
            var order = Order(targets, "1-65535");
            var probe = Probe(order, Address.Parse(source));
            var packet = new byte[probe.LargestPacket];
            // One slot serves many targets, so nothing of an earlier one may stay behind.
            return places.All(place =>
            {
                var index = (place * 2_654_435_761UL) % order.Count;
                var length = probe.Aim(index, attempt: 0, packet);
                return IsRightSyn(packet[..length], order[index], Address.Parse(source));
            });
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void A_SYN_ACK_that_acknowledges_the_cookie_means_open()
    {
        var verdict = Judge(Answer(ahead: 1, tcp => (tcp.Synchronize, tcp.Acknowledgment) = (true, true)), out var target);

        Assert.Equal((Verdict.Open, Target), (verdict, target));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void A_RST_that_acknowledges_the_cookie_means_closed(uint ahead)
    {
        var verdict = Judge(Answer(ahead, tcp => (tcp.Reset, tcp.Acknowledgment) = (true, true)), out var target);

        Assert.Equal((Verdict.Closed, Target), (verdict, target));
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
        var packet = Aimed();

        Assert.Equal(Verdict.Unproven, Judge(packet, out _));
    }

    [Fact]
    public void An_ICMP_error_that_quotes_the_probe_means_filtered()
    {
        var verdict = Judge(Error(Aimed()), out var target);

        Assert.Equal((Verdict.Filtered, Target), (verdict, target));
    }

    [Theory]
    [InlineData(24)] // the sequence number: a guess
    [InlineData(20)] // our port
    [InlineData(22)] // their port
    [InlineData(9)] // no TCP
    public void An_ICMP_error_about_something_else_says_nothing(int changed)
    {
        var quoted = Aimed();
        quoted[changed] ^= 1;

        Assert.Equal(Verdict.Unproven, Judge(Error(quoted), out _));
    }

    [Fact]
    public void A_SYN_ACK_is_answered_by_one_RST_with_the_number_that_it_expects()
    {
        var probe = new TcpSynProbe(Small, new(Source, null, SourcePort, Seed, SendsResets: true));
        var outbox = new PacketOutbox(probe.LargestPacket);

        probe.Judge(Answer(ahead: 1, tcp => (tcp.Synchronize, tcp.Acknowledgment) = (true, true)), outbox, out _);

        var packet = new byte[probe.LargestPacket];
        var length = outbox.TryTake(packet);
        var ip = new IPv4Packet(new ByteArraySegment(packet[..length]));
        var tcp = ip.Extract<TcpPacket>()!;
        Assert.True(ip.ValidIPChecksum && tcp.ValidTcpChecksum);
        Assert.Equal((0x04, 443, Cookie.Of(Target, SourcePort) + 1), (tcp.Flags, tcp.DestinationPort, tcp.SequenceNumber));
        Assert.True(outbox.IsEmpty);
    }

    [Fact]
    public void Aiming_and_judging_cost_no_memory()
    {
        var probe = new TcpSynProbe(Small, new(Source, null, SourcePort, Seed, SendsResets: true));
        var outbox = new PacketOutbox(probe.LargestPacket);
        var packet = new byte[probe.LargestPacket];
        var answer = Answer(ahead: 1, tcp => (tcp.Synchronize, tcp.Acknowledgment) = (true, true));
        var error = Error(Aimed());
        Use();

        // The least of a few rounds: the runtime may put something of its own on this thread once, when it compiles the code again.
        Assert.Equal(0, Enumerable.Range(0, 10).Min(_ => Allocated()));

        long Allocated()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var round = 0; round < 1000; round++)
                Use();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        void Use()
        {
            probe.Aim(1, attempt: 0, packet);
            probe.Judge(answer, outbox, out _);
            outbox.TryTake(packet);
            probe.Judge(error, outbox, out _);
        }
    }

    private static byte[] Aimed()
    {
        var probe = Probe(Small, Source);
        var packet = new byte[probe.LargestPacket];
        Assert.True(Small.TryFind(Target, out var index));
        return packet[..probe.Aim(index, attempt: 0, packet)];
    }

    private static byte[] Error(byte[] quoted) =>
        [0x45, 0, 0, 72, 0, 0, 0, 0, 64, 1, 0, 0, 203, 0, 113, 9, 192, 0, 2, 1, 3, 13, 0, 0, 0, 0, 0, 0, .. quoted];

    private static TargetOrder Order(string targets, string ports) => new(new([AddressRange.Parse(targets)]), PortSet.Parse(ports), seed: 3);

    private static TcpSynProbe Probe(TargetOrder order, Address source) =>
        new(order, new(source.IsV6 ? null : source, source.IsV6 ? source : null, SourcePort, Seed));

    private static bool IsRightSyn(byte[] packet, ProbeTarget target, Address source)
    {
        IPPacket ip = source.IsV6 ? new IPv6Packet(new ByteArraySegment(packet)) : new IPv4Packet(new ByteArraySegment(packet));
        var tcp = ip.Extract<TcpPacket>()!;
        return (ip is not IPv4Packet v4 || (v4.ValidIPChecksum && v4.FragmentFlags == 2 && v4.TotalLength == packet.Length))
            && tcp.ValidTcpChecksum && Address.From(ip.SourceAddress) == source && Address.From(ip.DestinationAddress) == target.Address
            && ip.TimeToLive == 64
            && tcp.SourcePort == SourcePort && tcp.DestinationPort == target.Port && tcp.SequenceNumber == Cookie.Of(target, SourcePort)
            && tcp.Flags == 0x02 && tcp.WindowSize == 64_240 && tcp.Options.AsSpan().SequenceEqual(SegmentSize(source.IsV6));
    }

    private static byte[] SegmentSize(bool isV6) => [2, 4, 0x05, isV6 ? (byte)0xA0 : (byte)0xB4];

    private static Verdict Judge(byte[] packet, out ProbeTarget target)
    {
        var probe = Probe(Small, Source);
        var verdict = probe.Judge(packet, new PacketOutbox(probe.LargestPacket), out var index);
        target = verdict == Verdict.Unproven ? default : Small[index];
        return verdict;
    }

    private static byte[] Answer(uint ahead, Action<TcpPacket> change)
    {
        var tcp = new TcpPacket(Target.Port, SourcePort) { AcknowledgmentNumber = Cookie.Of(Target, SourcePort) + ahead };
        change(tcp);
        return new IPv4Packet(Target.Address.ToIPAddress(), Source.ToIPAddress()) { PayloadPacket = tcp }.Bytes;
    }
}
