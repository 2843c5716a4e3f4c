using System.Buffers.Binary;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Engine;
using TaskMesh.Workers.BareMetal.Scanning.Packets;
using TaskMesh.Workers.BareMetal.Scanning.Tcp;
using TaskMesh.Workers.BareMetal.Scanning.Tls;

namespace TaskMesh.Workers.BareMetal.Scanning.Probes;

/// <summary>
/// Asks for a connection, and whoever takes it for a certificate. The first packet is as stateless as that of <see cref="TcpSynProbe"/>; only a
/// SYN-ACK that acknowledges its cookie makes a conversation.
/// </summary>
public sealed class TlsHelloProbe : IProbe<TlsCapture>, IDisposable
{
    private const ushort Window = 64240;

    /// <summary>Segments may come joined to larger ones by the interface.</summary>
    private const int WholePackets = 65535;

    private const byte SynAck = TcpSegment.Syn | TcpSegment.Ack;

    private readonly TlsOrder _order;
    private readonly TlsProbeSettings _settings;
    private readonly ProbeCookie _cookie;
    private readonly TlsConversations _conversations;
    private readonly TlsCapture?[] _captures;

    public TlsHelloProbe(TlsOrder order, TlsProbeSettings settings, TimeProvider clock)
    {
        (_order, _settings) = (order, settings);
        _cookie = new(settings.Seed);
        _conversations = new(order, settings, clock);
        _captures = new TlsCapture?[ProbeWindow.CapacityFor(settings.Window)];
        var ports = $"dst portrange {settings.FirstPort}-{settings.FirstPort + TlsProbeSettings.Ports(order.Rounds, settings.Ciphers) - 1}";
        CaptureFilter = AnswerFilter.Of(settings.SourceV4, $"tcp and {ports}", settings.SourceV6, $"ip6 proto 6 and {ports}");
    }

    public string CaptureFilter { get; }

    public int LargestPacket => IPPacket.V6HeaderLength + TcpSegment.HeaderLength + _conversations.LargestPayload;

    public int CaptureLength => WholePackets;

    public bool IsBusy => _conversations.IsBusy;

    public bool Converses => true;

    public int Aim(ulong index, int attempt, Span<byte> packet)
    {
        var (target, round) = _order[index];
        var isV6 = target.Address.IsV6;
        var port = (ushort)(_settings.FirstPort + round);
        var source = (isV6 ? _settings.SourceV6 : _settings.SourceV4) ?? (isV6 ? Address.V6(0) : Address.V4(0));
        return TcpSegment.Write(
            packet, source, port, target.Address, target.Port, _cookie.Of(target, port), 0,
            TcpSegment.Syn, Window, TcpConnection.SynOptions(isV6));
    }

    public Verdict Judge(ReadOnlySpan<byte> packet, PacketOutbox outbox, out ulong index)
    {
        index = 0;
        if (!IPPacket.TryRead(packet, out var ip))
            return Verdict.Unproven;
        return ip.Protocol == IPPacket.Tcp ? JudgeSegment(ip, outbox, out index) : JudgeError(ip, out index);
    }

    public void Tick(PacketOutbox outbox, Action<ulong, Verdict> settle) => _conversations.Tick(outbox, capture =>
    {
        Keep(capture);
        settle(capture.Index, Verdict.Open);
    });

    public bool TryReport(ulong index, Verdict verdict, out TlsCapture finding)
    {
        ref var capture = ref _captures[index & ((ulong)_captures.Length - 1)];
        finding = capture!;
        if (verdict != Verdict.Open || capture?.Index != index)
            return false;
        capture = null;
        return true;
    }

    /// <summary>Somebody took what was captured; from then on its memory counts no more. Any thread may say so.</summary>
    public void Release(TlsCapture capture) => _conversations.Release(capture);

    public void Dispose() => _conversations.Dispose();

    private Verdict JudgeSegment(in IPPacket ip, PacketOutbox outbox, out ulong index)
    {
        index = 0;
        if (!TcpSegment.TryRead(ip.Payload, out var segment))
            return Verdict.Unproven;
        var target = new ProbeTarget(ip.Source, segment.SourcePort);
        var flow = new FlowKey(target, segment.DestinationPort);
        if (_conversations.Find(flow) is { } conversation)
        {
            index = conversation.Index;
            if (_conversations.Hear(conversation, segment, outbox) is not { } capture)
                return Verdict.Pending;
            Keep(capture);
            return Verdict.Open;
        }
        var round = segment.DestinationPort - _settings.FirstPort;
        if (round < 0 || round >= _order.Rounds || (segment.Flags & TcpSegment.Ack) == 0)
            return Verdict.Unproven;
        // Both answers acknowledge the cookie and the SYN itself; some stacks forget the latter in a RST.
        var ahead = segment.Acknowledgment - _cookie.Of(target, segment.DestinationPort);
        if ((segment.Flags & TcpSegment.Rst) != 0)
            return ahead <= 1 && _order.TryFind(target, round, out index) ? Verdict.Closed : Verdict.Unproven;
        return ahead == 1 && (segment.Flags & SynAck) == SynAck && _order.TryFind(target, round, out index)
            && _conversations.TryBegin(index, round, flow, segment, outbox) ? Verdict.Pending : Verdict.Unproven;
    }

    private Verdict JudgeError(in IPPacket ip, out ulong index)
    {
        index = 0;
        if (!IcmpError.TryRead(ip, out var error) || error.Protocol != IPPacket.Tcp)
            return Verdict.Unproven;
        var port = BinaryPrimitives.ReadUInt16BigEndian(error.Quoted);
        var target = new ProbeTarget(error.Destination, BinaryPrimitives.ReadUInt16BigEndian(error.Quoted[2..]));
        var round = port - _settings.FirstPort;
        // Only the SYN is quoted with the cookie itself, so none ends a conversation.
        return round >= 0 && round < _order.Rounds && BinaryPrimitives.ReadUInt32BigEndian(error.Quoted[4..]) == _cookie.Of(target, port)
            && _conversations.Find(new(target, port)) is null && _order.TryFind(target, round, out index) ? Verdict.Filtered : Verdict.Unproven;
    }

    /// <summary>Until the status thread takes it. What comes again after that, and so late that its place has another user, is dropped.</summary>
    private void Keep(TlsCapture capture)
    {
        ref var place = ref _captures[capture.Index & ((ulong)_captures.Length - 1)];
        var dropped = place?.Index > capture.Index ? capture : place;
        if (dropped != capture)
            place = capture;
        if (dropped is not null)
            _conversations.Release(dropped);
    }
}
