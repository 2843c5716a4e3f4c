using SharpPcap;
using SharpPcap.LibPcap;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Packets;

namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>
/// A recorded scan in the place of the network: a packet that is sent goes nowhere, and what its target had sent back, all that came from the
/// same address and port, comes in again. With the same plan and seed the same result comes out, however fast it runs.
/// </summary>
public sealed class ReplayWire : IWire
{
    private const int SlotCount = 64;

    private readonly int _largestPacket;
    private readonly byte[] _slots;
    private readonly Dictionary<(Address Address, ushort Port), List<byte[]>> _recorded = [];
    private readonly Queue<byte[]> _inbound = [];
    private readonly Lock _gate = new();
    private byte[] _current = [];

    /// <exception cref="IOException">The file is no capture, or not of raw IP packets.</exception>
    public ReplayWire(string file, WireNeeds needs)
    {
        _largestPacket = needs.LargestPacket;
        _slots = new byte[SlotCount * needs.LargestPacket];
        try
        {
            using var capture = new CaptureFileReaderDevice(file);
            capture.Open(new DeviceConfiguration());
            if (capture.LinkType != PacketDotNet.LinkLayers.Raw)
                throw new IOException($"{file} is not a recording of TaskMesh: its link type is {capture.LinkType}.");
            capture.Filter = needs.CaptureFilter;
            while (capture.GetNextPacket(out var packet) == GetPacketStatus.PacketRead)
                Keep(packet.Data);
        }
        catch (PcapException problem)
        {
            throw new IOException($"{file}: {problem.Message}", problem);
        }
    }

    public string Name => WireNames.Replay;

    public int Slots => SlotCount;

    public long RepliesLost => 0;

    public long AllowanceExceeded => 0;

    /// <summary>A way that leads nowhere, from addresses that the recording must have been made from.</summary>
    public static WayOut Way(AddressSet targets, Address? source)
    {
        var hasV6 = targets.Any(range => range.First.IsV6);
        return source is { } known
            ? new(null, null, known, null, AddressSet.Empty)
            : throw new IOException($"A replay needs the source address of the recording{(hasV6 ? ", and cannot replay IPv6" : "")}.");
    }

    public Span<byte> Packet(int slot) => _slots.AsSpan(slot * _largestPacket, _largestPacket);

    public int Send(int firstSlot, ReadOnlySpan<int> lengths, out string? error)
    {
        error = null;
        lock (_gate)
        {
            for (var place = 0; place < lengths.Length; place++)
            {
                if (_recorded.Remove(Key(Packet(firstSlot + place)[..lengths[place]]), out var answers))
                    answers.ForEach(_inbound.Enqueue);
            }
        }
        return lengths.Length;
    }

    public bool TryReceive(out ReadOnlySpan<byte> packet)
    {
        lock (_gate)
        {
            var isThere = _inbound.TryDequeue(out var next);
            packet = _current = next ?? [];
            return isThere;
        }
    }

    public void WaitForReply(TimeSpan limit) => Thread.Sleep(1);

    public string? Problem() => null;

    public void Dispose()
    {
    }

    private void Keep(ReadOnlySpan<byte> packet)
    {
        if (!IPPacket.TryRead(packet, out var ip))
            return;
        var key = IcmpError.TryRead(ip, out var error)
            ? (error.Destination, PortOf(error.Quoted[2..]))
            : (ip.Source, ip.Payload.Length >= 2 ? PortOf(ip.Payload) : (ushort)0);
        if (!_recorded.TryGetValue(key, out var answers))
            _recorded[key] = answers = [];
        answers.Add(packet.ToArray());
    }

    private static (Address Address, ushort Port) Key(ReadOnlySpan<byte> packet) =>
        IPPacket.TryRead(packet, out var ip) && ip.Payload.Length >= 4 ? (ip.Destination, PortOf(ip.Payload[2..])) : default;

    private static ushort PortOf(ReadOnlySpan<byte> bytes) => System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
