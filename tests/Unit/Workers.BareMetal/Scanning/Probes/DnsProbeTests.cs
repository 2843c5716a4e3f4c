using System.Buffers.Binary;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.ScanHost;
using TaskMesh.Testing;
using TaskMesh.Workers.BareMetal.Scanning.Dns;
using TaskMesh.Workers.BareMetal.Scanning.Packets;
using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Probes;

public class DnsProbeTests
{
    private const ushort FirstPort = 61_024;

    private static readonly Address[] Resolvers = [Address.Parse("192.0.2.53"), Address.Parse("2001:db8::53"), Address.Parse("192.0.2.54")];

    private readonly ResolverPool _pool = new(Resolvers, int.MaxValue, new ManualClock());
    private readonly PacketOutbox _outbox = new(64);
    private readonly DnsProbe _probe;

    public DnsProbeTests()
    {
        var questions = new DnsQuestions(LabZone.Numbered(5000), [], [DnsType.A, DnsType.Aaaa], seed: 3, _ => true, _ => true);
        _probe = new(questions, new(Address.Parse("198.51.100.1"), Address.Parse("2001:db8::1"), FirstPort, Seed: 3, Window: 4096), _pool);
    }

    [Fact]
    public void Every_answer_names_its_question_and_says_what_the_zone_says()
    {
        for (var index = 0UL; index < 10_000; index++)
        {
            var (query, packet) = Ask(index, (int)(index % 4));
            var (name, type, _) = LabMessage.Question(query);

            var verdict = Judge(Reply(packet, LabMessage.Answer(query, LabZone.Of(name, type), isTruncated: false)), out var answered);

            var outcome = OutcomeOf(LabZone.Of(name, type));
            Assert.Equal((index, VerdictOf(outcome)), (answered, verdict));
            Assert.True(_probe.TryReport(index, verdict, out var reply));
            Assert.Equal((index, outcome), (reply.Index, reply.Outcome));
        }
    }

    [Fact]
    public void Questions_leave_by_several_ports_in_mixed_case_and_to_all_resolvers()
    {
        var packets = Enumerable.Range(0, 1000).Select(index => Ask((ulong)index, 0)).ToArray();

        Assert.True(packets.Select(each => Ports(each.Packet).Source).Distinct().Count() == DnsProbe.Ports);
        Assert.True(packets.Select(each => BinaryPrimitives.ReadUInt16BigEndian(each.Query)).Distinct().Count() > 900);
        Assert.True(packets.Select(each => Convert.ToHexString(each.Query, 12, 15)).Distinct().Count() > 900);
        Assert.All(_pool.All, resolver => Assert.InRange(resolver.Asked, 333, 334));
    }

    [Fact]
    public void What_does_not_repeat_the_question_from_whom_it_was_asked_of_proves_nothing()
    {
        var (query, packet) = Ask(0, 0);
        var answer = LabMessage.Answer(query, LabZone.Of("n2.example.test", DnsType.A), isTruncated: false);
        var honest = Reply(packet, answer);
        Assert.NotEqual(Verdict.Unproven, Judge(honest, out _));

        for (var at = 0; at < 2; at++)
            Assert.All(Enumerable.Range(1, 255), bits => Assert.Equal(Verdict.Unproven, Judge(Reply(packet, Changed(answer, at, bits)), out _)));
        var end = LabMessage.Question(query).End;
        Assert.All(Enumerable.Range(12, end - 12), at => Assert.Equal(Verdict.Unproven, Judge(Reply(packet, Changed(answer, at, 0x20)), out _)));
        Assert.Equal(Verdict.Unproven, Judge(Reply(packet, Changed(answer, 2, 0x80)), out _));
        Assert.Equal(Verdict.Unproven, Judge(Changed(honest, 15, 1), out _));
        Assert.Equal(Verdict.Unproven, Judge(Changed(honest, 21, 1), out _));
        Assert.Equal(Verdict.Unproven, Judge(Changed(honest, 23, 1), out _));
    }

    [Fact]
    public void What_a_liar_said_before_it_was_found_out_is_not_believed()
    {
        var (query, packet) = Ask(0, 0);
        var answer = Reply(packet, LabMessage.Answer(query, LabZone.Of("n2.example.test", DnsType.A), isTruncated: false));

        _pool.All[0].Health = ResolverHealth.Lying("a proof");

        Assert.Equal(Verdict.Unproven, Judge(answer, out _));
    }

    [Fact]
    public void An_answer_from_another_resolver_than_the_asked_one_proves_nothing()
    {
        var (query, packet) = Ask(0, 0);
        var honest = Reply(packet, LabMessage.Answer(query, new(3, []), isTruncated: false));

        Assert.Equal(Verdict.Unproven, Judge(Changed(honest, 15, 53 ^ 54), out _));
    }

    [Fact]
    public void A_failure_gives_way_to_an_answer_and_not_the_other_way_round()
    {
        var (first, firstPacket) = Ask(0, 0);
        var (second, secondPacket) = Ask(0, 2);

        var failed = Judge(Reply(firstPacket, LabMessage.Answer(first, new(2, []), isTruncated: false)), out _);
        _probe.TryReport(0, failed, out var before);
        var closed = Judge(Reply(secondPacket, LabMessage.Answer(second, new(3, []), isTruncated: false)), out _);
        Judge(Reply(firstPacket, LabMessage.Answer(first, new(5, []), isTruncated: false)), out _);
        _probe.TryReport(0, closed, out var after);

        Assert.Equal((Verdict.Failed, DnsOutcome.ServerFailure, Verdict.Closed, DnsOutcome.NoName), (failed, before.Outcome, closed, after.Outcome));
    }

    [Fact]
    public void Old_numbers_are_not_taken_for_new_ones()
    {
        var (query, packet) = Ask(5, 0);
        var late = Reply(packet, LabMessage.Answer(query, new(3, []), isTruncated: false));

        Skip(6, 4101);
        Assert.Equal(Verdict.Closed, Judge(late, out var found));
        Assert.Equal(5UL, found);

        Skip(4101, 4102);
        Assert.Equal(Verdict.Unproven, Judge(late, out _));
    }

    [Fact]
    public void One_that_does_not_understand_EDNS_is_asked_without()
    {
        var (query, packet) = Ask(0, 0);

        Judge(Reply(packet, [query[0], query[1], 0x81, 0x81, 0, 0, 0, 0, 0, 0, 0, 0]), out _);

        Assert.Equal((1, 0), (query[11], Ask(3, 0).Query[11]));
    }

    [Fact]
    public void A_port_without_a_listener_makes_a_resolver_suspect()
    {
        var (_, packet) = Ask(0, 0);
        byte[] error = [0x45, 0, 0, 56, .. packet[4..9], 1, 0, 0, 192, 0, 2, 9, .. packet[12..16], 3, 3, 0, 0, 0, 0, 0, 0, .. packet[..28]];

        Assert.Equal(Verdict.Unproven, Judge(error, out _));

        Assert.DoesNotContain(_pool.All[0], _pool.Active);
    }

    [Fact]
    public void Neither_asking_nor_refusing_allocates()
    {
        var (query, packet) = Ask(0, 0);
        var forged = Reply(packet, Changed(LabMessage.Answer(query, LabZone.Of("n2.example.test", DnsType.A), isTruncated: false), 13, 0x20));
        var room = new byte[_probe.LargestPacket];

        var least = Enumerable.Range(0, 10).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var index = 0UL; index < 1000; index++)
            {
                _probe.Aim(index, 0, room);
                _probe.Judge(forged, _outbox, out var _);
                _probe.Judge(forged.AsSpan(0, (int)(index % 60)), _outbox, out var _);
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });

        Assert.Equal(0, least);
    }

    private void Skip(ulong first, ulong end)
    {
        for (var index = first; index < end; index++)
            Ask(index, 0);
    }

    private (byte[] Query, byte[] Packet) Ask(ulong index, int attempt)
    {
        var packet = new byte[_probe.LargestPacket];
        packet = packet[.._probe.Aim(index, attempt, packet)];
        Assert.True(IPPacket.TryRead(packet, out var ip) && ip.IsWhole);
        Assert.True(UdpDatagram.TryRead(ip.Payload, out var datagram) && datagram.DestinationPort == DnsProbe.Port);
        return (datagram.Payload.ToArray(), packet);
    }

    private Verdict Judge(byte[] packet, out ulong index) => _probe.Judge(packet, _outbox, out index);

    /// <summary>A message on its way back to where a packet came from.</summary>
    private static byte[] Reply(byte[] asked, byte[] message)
    {
        Assert.True(IPPacket.TryRead(asked, out var ip));
        var packet = new byte[2000];
        message.CopyTo(packet, UdpDatagram.PayloadOffset(ip.Source.IsV6));
        return packet[..UdpDatagram.Write(packet, ip.Destination, DnsProbe.Port, ip.Source, Ports(asked).Source, message.Length)];
    }

    private static (ushort Source, ushort Destination) Ports(byte[] packet)
    {
        Assert.True(IPPacket.TryRead(packet, out var ip) && UdpDatagram.TryRead(ip.Payload, out _));
        return (BinaryPrimitives.ReadUInt16BigEndian(ip.Payload), BinaryPrimitives.ReadUInt16BigEndian(ip.Payload[2..]));
    }

    private static byte[] Changed(byte[] bytes, int at, int bits)
    {
        byte[] changed = [.. bytes];
        changed[at] ^= (byte)bits;
        return changed;
    }

    private static DnsOutcome OutcomeOf(LabAnswer answer) => answer switch
    {
        { Code: 3 } => DnsOutcome.NoName,
        { Code: 2 } => DnsOutcome.ServerFailure,
        { Code: 5 } => DnsOutcome.Refused,
        { Records.Count: 0 } => DnsOutcome.NoData,
        _ => DnsOutcome.Found,
    };

    private static Verdict VerdictOf(DnsOutcome outcome) => outcome switch
    {
        DnsOutcome.Found => Verdict.Open,
        DnsOutcome.NoName or DnsOutcome.NoData => Verdict.Closed,
        _ => Verdict.Failed,
    };
}
