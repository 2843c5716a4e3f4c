using System.Buffers.Binary;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Engine;
using TaskMesh.Workers.BareMetal.Scanning.Packets;

namespace TaskMesh.Workers.BareMetal.Scanning.Probes;

/// <summary>
/// Asks for a connection (SYN, RFC 9293 section 3.5) and reads whether the port would give one. The cookie is the sequence number:
/// both answers, SYN-ACK and RST, must acknowledge it, and an ICMP error must quote it.
/// </summary>
public sealed class TcpSynProbe : IProbe<PortFinding>
{
    private const ushort Window = 64240;
    private const int OptionLength = 4;

    /// <summary>Enough of an ICMP error for the headers that it quotes, options included.</summary>
    private const int HeadersLength = 160;

    private const byte SynAck = TcpSegment.Syn | TcpSegment.Ack;

    private static readonly Address AnyV4 = Address.V4(0);
    private static readonly Address AnyV6 = Address.V6(0);

    private readonly TargetOrder _order;
    private readonly SynProbeSettings _settings;
    private readonly ProbeCookie _cookie;
    private readonly ushort _sourcePort;
    private readonly Address _sourceV4;
    private readonly Address _sourceV6;
    private readonly byte[] _templateV4;
    private readonly byte[] _templateV6;
    private readonly uint _ipSum;
    private readonly uint _tcpSumV4;
    private readonly uint _tcpSumV6;
    private readonly OpenPortCounter _openPorts;

    public TcpSynProbe(TargetOrder order, SynProbeSettings settings)
    {
        _order = order;
        _settings = settings;
        _cookie = new(settings.Seed);
        _sourcePort = settings.SourcePort;
        _sourceV4 = settings.SourceV4 ?? AnyV4;
        _sourceV6 = settings.SourceV6 ?? AnyV6;
        _templateV4 = Template(_sourceV4, AnyV4);
        _templateV6 = Template(_sourceV6, AnyV6);
        _ipSum = FieldSum(_templateV4, 10);
        _tcpSumV4 = FieldSum(_templateV4, 36);
        _tcpSumV6 = FieldSum(_templateV6, 56);
        _openPorts = new(settings.PortThreshold, order.PortCount, settings.AllPortsOpen);
        CaptureFilter = Filter();
    }

    public string CaptureFilter { get; }

    public int LargestPacket => _templateV6.Length;

    public int CaptureLength => HeadersLength;

    /// <summary>Hosts on which so many ports are open that no further one is reported, in the order in which they were found out.</summary>
    public IReadOnlyList<Address> AllPortsOpen => _openPorts.Exceeded;

    public int Aim(ulong index, int attempt, Span<byte> packet)
    {
        var target = _order[index];
        return target.Address.IsV6 ? AimV6(packet, target) : AimV4(packet, target);
    }

    public Verdict Judge(ReadOnlySpan<byte> packet, PacketOutbox outbox, out ulong index)
    {
        index = 0;
        if (!IPPacket.TryRead(packet, out var ip))
            return Verdict.Unproven;
        return ip.Protocol == IPPacket.Tcp ? JudgeSegment(ip, outbox, out index) : JudgeError(ip, out index);
    }

    public bool TryReport(ulong index, Verdict verdict, out PortFinding finding)
    {
        finding = default;
        if (verdict != Verdict.Open && !_settings.ReportClosed)
            return false;
        var target = _order[index];
        var state = verdict switch
        {
            Verdict.Open => PortState.Open,
            Verdict.Filtered => PortState.Filtered,
            _ => PortState.Closed,
        };
        finding = new(target.Address, target.Port, state);
        return verdict != Verdict.Open || _openPorts.Count(target.Address);
    }

    /// <summary>The checksums are sums: those of the template plus what is patched in (RFC 1624).</summary>
    private int AimV4(Span<byte> packet, in ProbeTarget target)
    {
        var destination = (uint)target.Address.Bits;
        var sequence = _cookie.Of(target, _sourcePort);
        var destinationSum = Checksum.Sum(destination);
        _templateV4.CopyTo(packet);
        BinaryPrimitives.WriteUInt16BigEndian(packet[10..], Checksum.Of(_ipSum + destinationSum));
        BinaryPrimitives.WriteUInt32BigEndian(packet[16..], destination);
        BinaryPrimitives.WriteUInt16BigEndian(packet[22..], target.Port);
        BinaryPrimitives.WriteUInt32BigEndian(packet[24..], sequence);
        BinaryPrimitives.WriteUInt16BigEndian(packet[36..], Checksum.Of(_tcpSumV4 + destinationSum + target.Port + Checksum.Sum(sequence)));
        return _templateV4.Length;
    }

    private int AimV6(Span<byte> packet, in ProbeTarget target)
    {
        var sequence = _cookie.Of(target, _sourcePort);
        _templateV6.CopyTo(packet);
        BinaryPrimitives.WriteUInt128BigEndian(packet[24..], target.Address.Bits);
        BinaryPrimitives.WriteUInt16BigEndian(packet[42..], target.Port);
        BinaryPrimitives.WriteUInt32BigEndian(packet[44..], sequence);
        var sum = _tcpSumV6 + Checksum.Sum(packet[24..40]) + target.Port + Checksum.Sum(sequence);
        BinaryPrimitives.WriteUInt16BigEndian(packet[56..], Checksum.Of(sum));
        return _templateV6.Length;
    }

    private Verdict JudgeSegment(in IPPacket ip, PacketOutbox outbox, out ulong index)
    {
        index = 0;
        if (!TcpSegment.TryRead(ip.Payload, out var segment) || segment.DestinationPort != _sourcePort || (segment.Flags & TcpSegment.Ack) == 0)
            return Verdict.Unproven;
        var target = new ProbeTarget(ip.Source, segment.SourcePort);
        // A SYN takes one sequence number, so the answer acknowledges the cookie plus one. Some stacks forget that in a RST.
        var ahead = segment.Acknowledgment - _cookie.Of(target, _sourcePort);
        if ((segment.Flags & TcpSegment.Rst) != 0)
            return ahead <= 1 && _order.TryFind(target, out index) ? Verdict.Closed : Verdict.Unproven;
        if (ahead != 1 || (segment.Flags & SynAck) != SynAck || !_order.TryFind(target, out index))
            return Verdict.Unproven;
        if (_settings.SendsResets)
            Reset(target, segment.Acknowledgment, outbox);
        return Verdict.Open;
    }

    /// <summary>Frees what the target keeps for the connection that it believes half open: one RST for each SYN-ACK.</summary>
    private void Reset(in ProbeTarget target, uint sequence, PacketOutbox outbox)
    {
        var packet = outbox.Next();
        if (packet.IsEmpty)
            return;
        var source = target.Address.IsV6 ? _sourceV6 : _sourceV4;
        outbox.Add(TcpSegment.Write(packet, source, _sourcePort, target.Address, target.Port, sequence, 0, TcpSegment.Rst, window: 0));
    }

    private Verdict JudgeError(in IPPacket ip, out ulong index)
    {
        index = 0;
        if (!IcmpError.TryRead(ip, out var error) || error.Protocol != IPPacket.Tcp)
            return Verdict.Unproven;
        var target = new ProbeTarget(error.Destination, BinaryPrimitives.ReadUInt16BigEndian(error.Quoted[2..]));
        return BinaryPrimitives.ReadUInt16BigEndian(error.Quoted) == _sourcePort
            && BinaryPrimitives.ReadUInt32BigEndian(error.Quoted[4..]) == _cookie.Of(target, _sourcePort)
            && _order.TryFind(target, out index) ? Verdict.Filtered : Verdict.Unproven;
    }

    /// <summary>With the one option that every ordinary stack sends: the maximum segment size of Ethernet.</summary>
    private byte[] Template(Address source, Address destination)
    {
        var template = new byte[IPPacket.HeaderLength(source.IsV6) + TcpSegment.HeaderLength + OptionLength];
        ReadOnlySpan<byte> options = source.IsV6 ? [2, 4, 0x05, 0xA0] : [2, 4, 0x05, 0xB4];
        TcpSegment.Write(template, source, _sourcePort, destination, 0, 0, 0, TcpSegment.Syn, Window, options);
        return template;
    }

    private static uint FieldSum(byte[] template, int offset) => (ushort)~BinaryPrimitives.ReadUInt16BigEndian(template.AsSpan(offset));

    private string Filter()
    {
        var port = $"dst port {_sourcePort}";
        var (rstV4, rstV6) = _settings.ReadsResets ? (" or tcp[tcpflags] & tcp-rst != 0", " or ip6[53] & 4 != 0") : ("", "");
        return AnswerFilter.Of(
            _settings.SourceV4, $"tcp and {port} and (tcp[tcpflags] & (tcp-syn|tcp-ack) == (tcp-syn|tcp-ack){rstV4})",
            // libpcap reads no flags of TCP over IPv6 by name: they are byte 13 behind a header of 40.
            _settings.SourceV6, $"ip6 proto 6 and {port} and (ip6[53] & 18 = 18{rstV6})");
    }
}
