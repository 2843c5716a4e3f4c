using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Packets;
using TaskMesh.Workers.BareMetal.Scanning.Probes;
using TaskMesh.Workers.BareMetal.Scanning.Tcp;

namespace TaskMesh.Workers.BareMetal.Scanning.Tls;

/// <summary>
/// All conversations that are going on, a bounded number. Each begins with a proven SYN-ACK and ends by a RST of ours: when the certificate is there,
/// when the server cannot or will not show one, when its time is over. A server that refuses TLS 1.2 is asked once more, in TLS 1.3; where an
/// inventory is wanted, on and on, one connection after the other.
/// </summary>
/// <remarks>The receiver's thread alone calls, but for <see cref="IsBusy"/> and <see cref="Release"/>.</remarks>
public sealed class TlsConversations(TlsOrder order, TlsProbeSettings settings, TimeProvider clock) : IDisposable
{
    /// <summary>Between a piece of ours and its repetition, the first time.</summary>
    private static readonly TimeSpan RepeatPause = TimeSpan.FromMilliseconds(500);

    /// <summary>What TLS 1.3 adds to a hello.</summary>
    private const int LargestKeys = 256;

    /// <summary>Of a stream that may always be held.</summary>
    private const int SmallStream = 16 * 1024;

    private readonly ClientHello _hello = ClientHello.UpToTls12();
    private readonly ProbeCookie _cookie = new(settings.Seed);
    private readonly ChainCache _chains = new();
    private readonly Dictionary<FlowKey, TlsConversation> _byFlow = [];
    private readonly List<TlsConversation> _live = [];
    private readonly Stack<TlsConversation> _free = [];
    private readonly Queue<TlsConversation> _unreset = [];
    private readonly byte[] _words = new byte[ClientHello.UpToTls12().LargestLength + LargestKeys];
    private readonly long _patience = Ticks(settings.Patience, clock);
    private readonly long _inventoryPatience = Ticks(settings.LongestInventory, clock);
    private readonly long _pause = Ticks(RepeatPause, clock);
    private Tls13Client? _client;
    private IReadOnlyList<(ushort Group, byte[] Key)> _keys = [];
    private ClientHello? _hello13;
    private int _inventoryPort;
    private long _now = clock.GetTimestamp();
    private long _heldBytes;
    private long _streamBytes;
    private int _count;

    /// <summary>As much as is ever said at once.</summary>
    public int LargestPayload => _words.Length;

    /// <summary>Any thread may ask.</summary>
    public bool IsBusy => Volatile.Read(ref _count) >= settings.MostConversations || Interlocked.Read(ref _heldBytes) >= settings.MostBytes;

    public TlsConversation? Find(FlowKey flow) => _byFlow.GetValueOrDefault(flow);

    /// <summary>Somebody took what was captured. Any thread may say so.</summary>
    public void Release(TlsCapture capture) => Interlocked.Add(ref _heldBytes, -capture.HeldBytes);

    /// <summary>A server took the connection; false when there is no room for it.</summary>
    public bool TryBegin(ulong index, int round, FlowKey flow, in TcpSegment synAck, PacketOutbox outbox)
    {
        // Answers to what was asked before it got busy still come.
        if (_live.Count >= 2 * settings.MostConversations)
            return false;
        var conversation = Take(index, round, flow, first: null, _now);
        conversation.Tcp.Accept(flow, SourceOf(flow.Target.Address), synAck);
        Keep(conversation, flow);
        _ = Advance(conversation, outbox);
        return true;
    }

    /// <summary>Takes in a segment of a conversation; what is captured when that was its end.</summary>
    public TlsCapture? Hear(TlsConversation conversation, in TcpSegment segment, PacketOutbox outbox)
    {
        var before = conversation.Tcp.Stream.Capacity;
        var news = conversation.Tcp.Take(segment);
        var capacity = conversation.Tcp.Stream.Capacity;
        _streamBytes += capacity - before;
        if (capacity > SmallStream && _streamBytes > settings.MostBytes)
            return End(conversation, Of(conversation, TlsOutcome.NotTls, "more bytes than all servers together may send at once"), outbox);
        return news switch
        {
            TcpNews.Established or TcpNews.Data => Advance(conversation, outbox),
            TcpNews.End => Refused(conversation, TlsOutcome.Closed, "the server ended the connection", outbox),
            TcpNews.Reset => Refused(conversation, TlsOutcome.Closed, "the server reset the connection", outbox),
            _ => null,
        };
    }

    /// <summary>What must happen although nothing comes in.</summary>
    public void Tick(PacketOutbox outbox, Action<TlsCapture> ended)
    {
        _now = clock.GetTimestamp();
        while (_unreset.TryPeek(out var ending) && ending.Tcp.Reset(outbox))
            Free(_unreset.Dequeue());
        // Backwards, since the last one takes the place of one that ends.
        for (var place = _live.Count - 1; place >= 0; place--)
        {
            var conversation = _live[place];
            var tcp = conversation.Tcp;
            if (IsOver(conversation))
            {
                if (End(conversation, Of(conversation, TlsOutcome.Timeout, Silence(conversation)), outbox) is { } capture)
                    ended(capture);
            }
            else if (tcp.IsUnanswered ? IsDue(tcp) : tcp.OwesAcknowledgment)
            {
                tcp.Repeat(outbox, _now);
            }
        }
    }

    public void Dispose()
    {
        foreach (var conversation in _live.Concat(_unreset).Concat(_free))
            conversation.Dispose();
        _client?.Dispose();
    }

    private static long Ticks(TimeSpan time, TimeProvider clock) => (long)(time.TotalSeconds * clock.TimestampFrequency);

    private static string Silence(TlsConversation conversation) => conversation.Tcp.Stream.Length == 0
        ? "the server says nothing"
        : $"{conversation.Tcp.Stream.Length} bytes and no certificate in time";

    private bool IsOver(TlsConversation conversation) => _now - conversation.BeganAt > _patience
        || (conversation.Inventory is { } inventory && _now - inventory.BeganAt > _inventoryPatience);

    private bool IsDue(TcpConnection tcp) => tcp.Repeats < TcpConnection.MostRepeats && _now - tcp.SentAt > (_pause << tcp.Repeats);

    private Address SourceOf(Address target) => (target.IsV6 ? settings.SourceV6 : settings.SourceV4)!.Value;

    /// <summary>Goes on with what has come, until there is nothing more to be made of it.</summary>
    private TlsCapture? Advance(TlsConversation conversation, PacketOutbox outbox)
    {
        try
        {
            while (!conversation.IsTls && conversation.TryAnswer(out var say))
            {
                if (say.IsEmpty)
                    Greet(conversation, outbox);
                else
                    conversation.Tcp.Say(say, outbox, _now);
            }
            var stream = conversation.Tcp.Stream;
            switch (conversation.IsTls ? conversation.Handshake.Read(stream.Bytes) : HandshakeProgress.More)
            {
                case HandshakeProgress.Certificate:
                    return End(conversation, Captured(conversation), outbox);
                case HandshakeProgress.Hello:
                    return AskOn(conversation, conversation.Handshake.Hello, outbox);
                case HandshakeProgress.Refused:
                    return Refused(conversation, TlsOutcome.Alert, TlsNames.Alert(conversation.Handshake.Alert), outbox);
            }
            if (stream.Room == 0)
                throw new TlsParseException($"{stream.Length} bytes and no certificate");
            return conversation.Tcp.IsEnded ? Refused(conversation, TlsOutcome.Closed, "the server ended the connection", outbox) : null;
        }
        catch (TlsParseException problem)
        {
            return End(conversation, Of(conversation, TlsOutcome.NotTls, problem.Message), outbox);
        }
    }

    private void Greet(TlsConversation conversation, PacketOutbox outbox)
    {
        var random = _cookie.Wide(conversation.Target, conversation.Tcp.Flow.LocalPort) ^ settings.Seed;
        var isSecond = conversation.First is not null;
        var hello = conversation.Inventory is { } inventory ? HelloOf(inventory) : isSecond ? _hello13! : _hello;
        var length = hello.Write(_words, conversation.Name, random);
        conversation.BeginTls(isSecond ? _client : null, isSecond ? _words[ClientHello.RecordHeaderLength..length] : null);
        conversation.Tcp.Say(_words.AsSpan(0, length), outbox, _now);
    }

    /// <summary>Who ends it before a hello may speak TLS 1.3 only. Who does not know the name would not know it then either.</summary>
    private TlsCapture? Refused(TlsConversation conversation, TlsOutcome outcome, string detail, PacketOutbox outbox)
    {
        const byte unrecognizedName = 112;
        var handshake = conversation.Handshake;
        var capture = Of(conversation, outcome, detail);
        if (conversation.First is not null || !conversation.IsTls || handshake.Hello is not null
            || (outcome == TlsOutcome.Alert && handshake.Alert == unrecognizedName))
            return End(conversation, capture, outbox);
        _hello13 ??= ClientHello.Tls13(Keys());
        Close(conversation, outbox);
        return TryOpen(conversation, (ushort)(settings.FirstPort + order.Rounds + conversation.Round), capture, outbox) ? null : capture;
    }

    /// <summary>Goes on to the next step of an inventory.</summary>
    /// <param name="hello">What came of this one; null where the server refused it.</param>
    private TlsCapture? AskOn(TlsConversation conversation, ServerHello? hello, PacketOutbox outbox)
    {
        conversation.Inventory!.Heard(hello);
        Close(conversation, outbox);
        return Ask(conversation, conversation.First!, outbox);
    }

    private TlsCapture? Ask(TlsConversation before, TlsCapture capture, PacketOutbox outbox)
    {
        var port = settings.FirstPort + (2 * order.Rounds) + (_inventoryPort++ % TlsProbeSettings.InventoryPorts);
        return !capture.Inventory!.IsDone && TryOpen(before, (ushort)port, capture, outbox) ? null : capture;
    }

    /// <summary>Opens another connection to the server of one that has ended.</summary>
    private bool TryOpen(TlsConversation before, ushort port, TlsCapture capture, PacketOutbox outbox)
    {
        var (flow, source) = (new FlowKey(capture.Target, port), SourceOf(capture.Target.Address));
        if (_byFlow.ContainsKey(flow))
            return false;
        // The time to the certificate is that of both connections together.
        var next = Take(capture.Index, before.Round, flow, capture, capture.Inventory is null ? before.BeganAt : _now);
        next.Tcp.Open(flow, source, _cookie.Of(flow.Target, flow.LocalPort), outbox, _now);
        Keep(next, flow);
        return true;
    }

    private ClientHello HelloOf(CipherInventory inventory) => inventory.Version == TlsNames.Tls13
        ? ClientHello.Tls13(Keys(), inventory.Offer)
        : ClientHello.UpTo(inventory.Version, inventory.Offer);

    private IReadOnlyList<(ushort Group, byte[] Key)> Keys()
    {
        _client ??= new();
        return _keys.Count > 0 ? _keys : _keys = _client.PublicKeys;
    }

    private TlsCapture Captured(TlsConversation conversation)
    {
        var body = conversation.Tcp.Stream.Bytes[conversation.Handshake.Certificate];
        var hello = conversation.Handshake.Hello!;
        var chain = _chains.Intern(body, hello.Version == TlsNames.Tls13, out var isNew);
        var held = isNew ? chain.Length : 0;
        Interlocked.Add(ref _heldBytes, held);
        return new(conversation.Index, conversation.Target, conversation.Name, TlsOutcome.Certificate, null, hello, chain, held);
    }

    private static TlsCapture Of(TlsConversation conversation, TlsOutcome outcome, string detail) =>
        new(conversation.Index, conversation.Target, conversation.Name, outcome, detail, null, null, HeldBytes: 0);

    private TlsConversation Take(ulong index, int round, FlowKey flow, TlsCapture? first, long beganAt)
    {
        var conversation = _free.TryPop(out var free) ? free : new TlsConversation(LargestPayload);
        var protocol = settings.StartTls ?? StartTlsDialogue.ByPort(flow.Target.Port);
        conversation.Begin(index, round, order.Name(flow.Target.Address, round), protocol, first, beganAt);
        return conversation;
    }

    private void Keep(TlsConversation conversation, FlowKey flow)
    {
        conversation.Place = _live.Count;
        _live.Add(conversation);
        _byFlow.Add(flow, conversation);
        Volatile.Write(ref _count, _live.Count);
    }

    /// <summary>
    /// Who shows nothing in TLS 1.3 either has said why the first time, and perhaps another reason now. Null while more is to be asked.
    /// </summary>
    private TlsCapture? End(TlsConversation conversation, TlsCapture capture, PacketOutbox outbox)
    {
        if (conversation.Inventory is not null && capture.Outcome != TlsOutcome.Timeout)
            return AskOn(conversation, hello: null, outbox);
        Close(conversation, outbox);
        // Silence is no refusal: what is known by then is all.
        if (conversation.Inventory is not null)
            return conversation.First;
        var answer = conversation.First is not { } first || capture.Outcome == TlsOutcome.Certificate ? capture
            : first.Detail == capture.Detail ? first
            : first with { Detail = $"{first.Detail}; in TLS 1.3: {capture.Detail}" };
        return settings.Ciphers && conversation.Round == 0 && answer.Outcome is TlsOutcome.Certificate or TlsOutcome.Alert
            ? Ask(conversation, answer with { Inventory = new(_now) }, outbox)
            : answer;
    }

    private void Close(TlsConversation conversation, PacketOutbox outbox)
    {
        _byFlow.Remove(conversation.Tcp.Flow);
        var last = _live[^1];
        (last.Place, _live[conversation.Place]) = (conversation.Place, last);
        _live.RemoveAt(_live.Count - 1);
        Volatile.Write(ref _count, _live.Count);
        if (conversation.Tcp.Reset(outbox))
            Free(conversation);
        else
            _unreset.Enqueue(conversation);
    }

    private void Free(TlsConversation conversation)
    {
        _streamBytes -= conversation.Tcp.Stream.Capacity;
        conversation.Dispose();
        _free.Push(conversation);
    }
}
