using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Engine;
using TaskMesh.Workers.BareMetal.Scanning.Packets;
using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Benchmarks.Scanning;

/// <summary>What the scan engine's own code does for each packet, without the kernel.</summary>
public class PacketCosts
{
    private const ushort SourcePort = 61_234;
    private const int Answers = 1024;

    private static readonly Address Source = Address.Parse("192.0.2.1");

    private readonly TargetOrder _million = new(new([AddressRange.Parse("10.0.0.0/16")]), PortSet.Parse("1-16"), seed: 5);
    private readonly TargetOrder _all = new(new([AddressRange.Parse("0.0.0.0/0")]), PortSet.Parse("1-65535"), seed: 5);
    private readonly ProbeCookie _cookie = new(seed: 5);
    private readonly byte[] _packet = new byte[64];
    private readonly byte[][] _answers = new byte[Answers][];
    private readonly PacketOutbox _outbox = new(64);
    private readonly TcpSynProbe _probe;
    private ulong _index;

    public PacketCosts()
    {
        _probe = new(_million, new SynProbeSettings(Source, null, SourcePort, Seed: 5));
        for (var place = 0; place < Answers; place++)
        {
            var target = _million[(ulong)place];
            _probe.Aim((ulong)place, 0, _packet);
            var sequence = BinaryPrimitives.ReadUInt32BigEndian(_packet.AsSpan(24));
            _answers[place] = new byte[64];
            TcpSegment.Write(
                _answers[place], target.Address, target.Port, Source, SourcePort, 7, sequence + 1, TcpSegment.Syn | TcpSegment.Ack, window: 1000);
        }
    }

    [Benchmark(Description = "TargetOrder: the target at a place, of 2^20")]
    public ProbeTarget TargetOfMillion() => _million[_index++ & 0xF_FFFF];

    [Benchmark(Description = "TargetOrder: the target at a place, of 2^48")]
    public ProbeTarget TargetOfAll() => _all[_index++ & 0xFFFF_FFFF_FFF];

    [Benchmark(Description = "TargetOrder: the place of a target, of 2^48")]
    public ulong PlaceOfTarget() => _all.TryFind(new(Address.V4((uint)_index++), 443), out var place) ? place : 0;

    [Benchmark(Description = "ProbeCookie of a target")]
    public uint Cookie() => _cookie.Of(new(Address.V4((uint)_index++), 443), SourcePort);

    [Benchmark(Description = "a SYN built: target, cookie, checksums")]
    public int Aim() => _probe.Aim(_index++ & 0xF_FFFF, 0, _packet);

    [Benchmark(Description = "a SYN-ACK parsed")]
    public int Parse()
    {
        IPPacket.TryRead(_answers[_index++ % Answers], out var ip);
        TcpSegment.TryRead(ip.Payload, out var segment);
        return segment.Flags;
    }

    [Benchmark(Description = "a SYN-ACK judged: parsed, proven, its place found")]
    public Verdict Judge() => _probe.Judge(_answers[_index++ % Answers], _outbox, out _);
}
