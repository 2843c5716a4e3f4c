using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Testing;
using TaskMesh.Workers.BareMetal.Scanning.Packets;
using TaskMesh.Workers.BareMetal.Scanning.Probes;
using TaskMesh.Workers.BareMetal.Scanning.Tls;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Probes;

/// <summary>
/// One question to one server in memory, packet by packet on a clock of its own. What the server says to what it hears is the test's affair.
/// </summary>
/// <param name="say">What comes back for what was said, on the n-th connection (from 0); asked once more for each tick without news.</param>
internal sealed class SimulatedTls(Func<byte[], int, IEnumerable<SimulatedTls.Piece>> say, string? name = "named.example", ushort port = 443)
{
    private const ushort FirstPort = 61_000;
    private const uint ServerSequence = uint.MaxValue - 700;
    private const int MostTicks = 10_000;

    private static readonly Address Server = Address.Parse("198.51.100.7");

    private readonly ManualClock _clock = new();
    private readonly PacketOutbox _outbox = new(800);
    private readonly List<ushort> _connections = [];
    private readonly Queue<byte[]> _inbound = [];
    private uint _heard;
    private bool _isEstablished;

    /// <summary>What the server sends.</summary>
    /// <param name="Offset">Of the bytes in its stream.</param>
    public sealed record Piece(int Offset, byte[] Bytes, byte Flags = TcpSegment.Ack);

    /// <summary>What comes besides each packet of the server, just before it.</summary>
    public Func<byte[], IEnumerable<byte[]>> Noise { get; init; } = _ => [];

    /// <summary>Whether all that the server accepts is asked.</summary>
    public bool Ciphers { get; init; }

    public int Resets { get; private set; }

    public int Connections => _connections.Count;

    public TimeSpan Elapsed => _clock.Elapsed;

    public TlsCapture? Capture { get; private set; }

    /// <summary>All the bytes, in segments as Ethernet has them.</summary>
    public static IEnumerable<Piece> InOrder(byte[] bytes, int start = 0, int size = 1460) =>
        bytes.Chunk(size).Select((chunk, place) => new Piece(start + (place * size), chunk));

    public SimulatedTls Run()
    {
        var named = name is null ? [] : new[] { new NamedAddress(name, Server) };
        var plain = name is null ? new AddressSet([new(Server, Server)]) : AddressSet.Empty;
        var order = new TlsOrder(new TlsScanPlan(plain, [], named, PortSet.Parse($"{port}"), 1000, 0, Seed: 3));
        var settings = new TlsProbeSettings(Address.Parse("192.0.2.1"), null, FirstPort, Seed: 3, null, TimeSpan.FromSeconds(5), Window: 16)
        {
            Ciphers = Ciphers,
        };
        using var probe = new TlsHelloProbe(order, settings, _clock);
        var packet = new byte[probe.LargestPacket];
        Deliver(packet[..probe.Aim(0, 0, packet)]);
        for (var tick = 0; Capture is null && tick < MostTicks; tick++)
        {
            while (Step(probe, packet))
            {
            }
            _clock.Advance(TimeSpan.FromMilliseconds(10));
            probe.Tick(_outbox, (index, verdict) => Settle(probe, index, verdict));
            foreach (var piece in _isEstablished && Capture is null ? say([], _connections.Count - 1) : [])
                Send(_connections[^1], piece);
        }
        while (_outbox.TryTake(packet) is var length and > 0)
            Deliver(packet[..length]);
        return this;
    }

    private bool Step(TlsHelloProbe probe, byte[] packet)
    {
        while (Capture is null && _inbound.TryDequeue(out var reply))
        {
            var verdict = probe.Judge(reply, _outbox, out var index);
            if (verdict == Verdict.Open)
                Settle(probe, index, verdict);
        }
        var length = Capture is null ? _outbox.TryTake(packet) : 0;
        if (length > 0)
            Deliver(packet[..length]);
        return length > 0;
    }

    private void Settle(TlsHelloProbe probe, ulong index, Verdict verdict)
    {
        Assert.True(probe.TryReport(index, verdict, out var capture));
        probe.Release(capture);
        Capture = capture;
    }

    private void Deliver(byte[] packet)
    {
        Assert.True(IPPacket.TryRead(packet, out var ip));
        Assert.True(TcpSegment.TryRead(ip.Payload, out var segment));
        Assert.Equal((Server, port), (ip.Destination, segment.DestinationPort));
        if ((segment.Flags & TcpSegment.Rst) != 0)
        {
            Resets++;
        }
        else if ((segment.Flags & TcpSegment.Syn) != 0)
        {
            _connections.Add(segment.SourcePort);
            _heard = segment.Sequence + 1;
            _isEstablished = false;
            Send(segment.SourcePort, new(-1, [], TcpSegment.Syn | TcpSegment.Ack));
        }
        else
        {
            _isEstablished = true;
            if (!segment.Payload.IsEmpty)
                Send(segment.SourcePort, segment.Payload.ToArray(), segment.Sequence);
        }
    }

    private void Send(ushort to, byte[] said, uint sequence)
    {
        var before = _heard;
        _heard = sequence + (uint)said.Length;
        Piece[] pieces = [.. say(said, _connections.IndexOf(to))];
        // A server that says nothing at all has not heard.
        if (pieces.Length == 0)
            _heard = before;
        foreach (var piece in pieces)
            Send(to, piece);
    }

    private void Send(ushort to, Piece piece)
    {
        var packet = new byte[2000];
        var length = TcpSegment.Write(
            packet, Server, port, Address.Parse("192.0.2.1"), to, ServerSequence + 1 + (uint)piece.Offset, _heard, piece.Flags, 1000,
            payload: piece.Bytes);
        foreach (var noise in Noise(packet[..length]))
            _inbound.Enqueue(noise);
        _inbound.Enqueue(packet[..length]);
    }
}
