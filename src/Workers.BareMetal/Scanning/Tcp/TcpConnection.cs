using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Packets;
using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Workers.BareMetal.Scanning.Tcp;

/// <summary>
/// One connection of ours (RFC 9293), as much of one as it takes to say little and hear some kilobytes: one piece of ours under way at a time, sent
/// again when it is not acknowledged; acknowledgments only where the other side seems to wait for one; no end but RST.
/// </summary>
public sealed class TcpConnection(int largestPayload, int largestStream) : IDisposable
{
    /// <summary>Of a piece that is not acknowledged; each time after twice as long a wait as before.</summary>
    public const int MostRepeats = 4;

    private const ushort LargestWindow = 64240;

    private readonly byte[] _payload = new byte[largestPayload];
    private int _payloadLength;
    private bool _isSynSent;
    private uint _sequence;
    private uint _receiveBase;
    private int _acknowledged;
    private int _finAt;

    public StreamBuffer Stream { get; } = new(largestStream);

    public FlowKey Flow { get; private set; }

    public Address Source { get; private set; }

    /// <summary>When something of ours was sent, in ticks of the clock.</summary>
    public long SentAt { get; private set; }

    /// <summary>How often what waits for an acknowledgment was sent again.</summary>
    public int Repeats { get; private set; }

    /// <summary>Whether something of ours is not acknowledged.</summary>
    public bool IsUnanswered => _isSynSent || _payloadLength > 0;

    /// <summary>Whether something of theirs is not.</summary>
    public bool OwesAcknowledgment => !_isSynSent && Stream.Length > _acknowledged;

    /// <summary>What was said last, until it is acknowledged.</summary>
    public ReadOnlySpan<byte> Said => _payload.AsSpan(0, _payloadLength);

    /// <summary>Asks for a connection.</summary>
    /// <param name="sequence">A cookie: the answer must acknowledge it.</param>
    public void Open(FlowKey flow, Address source, uint sequence, PacketOutbox outbox, long now)
    {
        Begin(flow, source, sequence);
        _isSynSent = true;
        Write(outbox, TcpSegment.Syn, now);
    }

    /// <summary>The connection was asked for by a packet that nobody remembers, and this SYN-ACK proves it.</summary>
    public void Accept(FlowKey flow, Address source, in TcpSegment synAck)
    {
        Begin(flow, source, synAck.Acknowledgment - 1);
        Establish(synAck);
    }

    /// <summary>Says something, together with what there is to acknowledge.</summary>
    public void Say(ReadOnlySpan<byte> words, PacketOutbox outbox, long now)
    {
        words.CopyTo(_payload);
        _payloadLength = words.Length;
        Repeats = 0;
        Write(outbox, TcpSegment.Ack | TcpSegment.Psh, now);
    }

    /// <summary>Sends again what was not acknowledged, or an acknowledgment.</summary>
    public void Repeat(PacketOutbox outbox, long now)
    {
        if (IsUnanswered)
            Repeats++;
        Write(outbox, _isSynSent ? TcpSegment.Syn : _payloadLength > 0 ? (byte)(TcpSegment.Ack | TcpSegment.Psh) : TcpSegment.Ack, now);
    }

    /// <summary>Ends the connection on the other side; false when there was no room to say so.</summary>
    public bool Reset(PacketOutbox outbox)
    {
        var packet = outbox.Next();
        if (packet.IsEmpty)
            return false;
        outbox.Add(Segment(packet, _sequence + (uint)_payloadLength, TcpSegment.Rst | TcpSegment.Ack, window: 0));
        return true;
    }

    /// <summary>Takes in what came on this connection.</summary>
    public TcpNews Take(in TcpSegment segment)
    {
        var isAcknowledging = (segment.Flags & TcpSegment.Ack) != 0;
        if (_isSynSent)
        {
            if (!isAcknowledging || segment.Acknowledgment != _sequence + 1)
                return TcpNews.None;
            if ((segment.Flags & TcpSegment.Rst) != 0)
                return TcpNews.Reset;
            if ((segment.Flags & TcpSegment.Syn) == 0)
                return TcpNews.None;
            Establish(segment);
            return TcpNews.Established;
        }
        var offset = (int)(segment.Sequence - _receiveBase);
        if ((segment.Flags & TcpSegment.Rst) != 0)
        {
            // Only a RST within what is expected counts: nobody else may end the connection by guessing.
            return offset >= 0 && offset - Stream.Length <= LargestWindow ? TcpNews.Reset : TcpNews.None;
        }
        if (!isAcknowledging || (segment.Flags & TcpSegment.Syn) != 0)
            return TcpNews.None;
        // What was sent before the other side heard us last is still good.
        var ahead = (int)(segment.Acknowledgment - _sequence);
        if (ahead > _payloadLength || ahead < -LargestWindow)
            return TcpNews.None;
        if (_payloadLength > 0 && ahead == _payloadLength)
        {
            _sequence += (uint)ahead;
            _payloadLength = 0;
        }
        var hasGrown = !segment.Payload.IsEmpty && Stream.Add(offset, segment.Payload);
        // What comes again was not acknowledged in time.
        if (!hasGrown && !segment.Payload.IsEmpty)
            _acknowledged = Math.Min(_acknowledged, Stream.Length - 1);
        if ((segment.Flags & TcpSegment.Fin) != 0)
            _finAt = offset + segment.Payload.Length;
        return hasGrown ? TcpNews.Data : IsEnded ? TcpNews.End : TcpNews.None;
    }

    /// <summary>Whether all has come that ever will.</summary>
    public bool IsEnded => _finAt >= 0 && Stream.Length >= _finAt;

    /// <summary>Frees what it holds; it can be used for another connection.</summary>
    public void Dispose() => Stream.Clear();

    private void Begin(FlowKey flow, Address source, uint sequence)
    {
        (Flow, Source, _sequence) = (flow, source, sequence);
        // Even before there is any of it: a server that speaks first waits for the acknowledgment of its SYN.
        (_payloadLength, _acknowledged, _finAt, Repeats) = (0, -1, -1, 0);
        Stream.Clear();
    }

    private void Establish(in TcpSegment synAck)
    {
        _isSynSent = false;
        _sequence++;
        _receiveBase = synAck.Sequence + 1;
        Repeats = 0;
    }

    private void Write(PacketOutbox outbox, byte flags, long now)
    {
        SentAt = now;
        var packet = outbox.Next();
        // What found no room is as good as lost, and will be sent again like that.
        if (packet.IsEmpty)
            return;
        if (!_isSynSent)
            _acknowledged = Stream.Length;
        outbox.Add(Segment(packet, _sequence, flags, (ushort)Math.Min(Stream.Room, LargestWindow)));
    }

    private int Segment(Span<byte> packet, uint sequence, byte flags, ushort window)
    {
        var isSyn = (flags & TcpSegment.Syn) != 0;
        return TcpSegment.Write(
            packet, Source, Flow.LocalPort, Flow.Target.Address, Flow.Target.Port, sequence, isSyn ? 0 : _receiveBase + (uint)Stream.Length, flags,
            window, isSyn ? SynOptions(Source.IsV6) : [], (flags & TcpSegment.Psh) != 0 ? Said : []);
    }

    /// <summary>The one option that every ordinary stack sends: the maximum segment size of Ethernet.</summary>
    public static ReadOnlySpan<byte> SynOptions(bool isV6) => isV6 ? [2, 4, 0x05, 0xA0] : [2, 4, 0x05, 0xB4];
}

/// <summary>What a segment brought.</summary>
public enum TcpNews
{
    None,
    Established,

    /// <summary>More of the stream.</summary>
    Data,

    /// <summary>The other side has said everything.</summary>
    End,

    Reset,
}
