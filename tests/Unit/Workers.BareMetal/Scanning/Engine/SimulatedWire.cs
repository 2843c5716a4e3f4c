using System.Buffers.Binary;
using System.Collections.Concurrent;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Packets;
using TaskMesh.Workers.BareMetal.Scanning.Probes;
using TaskMesh.Workers.BareMetal.Scanning.Wire;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Engine;

/// <summary>
/// A network in memory: what the given function answers to a probe comes back at once, and is read before the next probe leaves,
/// so that no test depends on which thread is faster.
/// </summary>
internal sealed class SimulatedWire(Func<ProbeTarget, int, IEnumerable<SimulatedWire.Answer>> network) : IWire
{
    private const int SlotRoom = 64;
    private const int PacketLength = 44;

    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(20);

    private readonly byte[] _slots = new byte[8 * SlotRoom];
    private readonly Queue<byte[]> _inbound = [];
    private int _beingRead;

    public enum Answer
    {
        SynAck,
        Rst,
        Forged,

        /// <summary>"Host unreachable", by ICMP.</summary>
        Unreachable,
    }

    /// <summary>How many packets were no connection requests.</summary>
    public int Resets { get; private set; }

    /// <summary>How often each target was asked.</summary>
    public ConcurrentDictionary<ProbeTarget, int> Asked { get; } = new();

    /// <summary>Why the next packet is refused, or null.</summary>
    public Func<string?> Refusal { get; set; } = () => null;

    /// <summary>How many packets came in faster than they were read.</summary>
    public Func<long> Lost { get; set; } = () => 0;

    /// <summary>How many packets went beyond the machine's allowance.</summary>
    public Func<long> Beyond { get; set; } = () => 0;

    public Func<string?> LinkProblem { get; set; } = () => null;

    public string Name => "simulated";

    public int Slots => 8;

    public long RepliesLost => Lost();

    public long AllowanceExceeded => Beyond();

    public Span<byte> Packet(int slot) => _slots.AsSpan(slot * SlotRoom, SlotRoom);

    public int Send(int firstSlot, ReadOnlySpan<int> lengths, out string? error)
    {
        for (var sent = 0; sent < lengths.Length; sent++)
        {
            if ((error = Refusal()) is not null)
                return sent;
            Deliver(Packet(firstSlot + sent)[..lengths[sent]]);
        }
        error = null;
        return lengths.Length;
    }

    public bool TryReceive(out ReadOnlySpan<byte> packet)
    {
        lock (_inbound)
        {
            _beingRead = 0;
            Monitor.PulseAll(_inbound);
            if (!_inbound.TryDequeue(out var bytes))
            {
                packet = default;
                return false;
            }
            _beingRead = 1;
            packet = bytes;
            return true;
        }
    }

    public void WaitForReply(TimeSpan limit)
    {
        lock (_inbound)
        {
            if (_inbound.Count == 0)
                Monitor.Wait(_inbound, limit);
        }
    }

    public string? Problem() => LinkProblem();

    public void Dispose()
    {
    }

    private void Deliver(ReadOnlySpan<byte> probe)
    {
        if (probe.Length != PacketLength)
        {
            Resets++;
            return;
        }
        var target = new ProbeTarget(
            Address.V4(BinaryPrimitives.ReadUInt32BigEndian(probe[16..])), BinaryPrimitives.ReadUInt16BigEndian(probe[22..]));
        var attempt = Asked.AddOrUpdate(target, 1, (_, before) => before + 1);
        lock (_inbound)
        {
            foreach (var answer in network(target, attempt))
                _inbound.Enqueue(Reply(probe, answer));
            Monitor.PulseAll(_inbound);
            while (_inbound.Count + _beingRead > 0)
            {
                if (!Monitor.Wait(_inbound, ReadLimit))
                    throw new TimeoutException("Nobody reads the answers.");
            }
        }
    }

    private static byte[] Reply(ReadOnlySpan<byte> probe, Answer answer)
    {
        if (answer == Answer.Unreachable)
            return [0x45, 0, 0, 72, .. probe[4..9], 1, 0, 0, 192, 0, 2, 9, .. probe[12..16], 3, 1, 0, 0, 0, 0, 0, 0, .. probe];
        var reply = new byte[40];
        probe[..20].CopyTo(reply);
        reply[3] = 40;
        probe[12..16].CopyTo(reply.AsSpan(16));
        probe[16..20].CopyTo(reply.AsSpan(12));
        probe[20..22].CopyTo(reply.AsSpan(22));
        probe[22..24].CopyTo(reply.AsSpan(20));
        reply[32] = 5 << 4;
        var ahead = answer == Answer.Forged ? 77u : 1u;
        BinaryPrimitives.WriteUInt32BigEndian(reply.AsSpan(28), BinaryPrimitives.ReadUInt32BigEndian(probe[24..]) + ahead);
        reply[33] = (byte)(TcpSegment.Ack | (answer == Answer.Rst ? TcpSegment.Rst : TcpSegment.Syn));
        return reply;
    }
}
