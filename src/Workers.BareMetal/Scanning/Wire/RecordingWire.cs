using SharpPcap;
using SharpPcap.LibPcap;
using TaskMesh.Workers.BareMetal.Scanning.Packets;

namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>A wire that keeps a capture file of all that goes over it. Costs a copy and a lock for each packet, so only on request.</summary>
public sealed class RecordingWire : IWire
{
    private readonly IWire _wire;
    private readonly TimeProvider _clock;
    private readonly CaptureFileWriterDevice _file;
    private readonly Lock _gate = new();

    /// <exception cref="IOException">The file cannot be written.</exception>
    public RecordingWire(IWire wire, string file, TimeProvider clock)
    {
        _wire = wire;
        _clock = clock;
        _file = new(file);
        try
        {
            _file.Open(new DeviceConfiguration { LinkLayerType = PacketDotNet.LinkLayers.Raw, Snaplen = ushort.MaxValue });
        }
        catch (PcapException problem)
        {
            wire.Dispose();
            throw new IOException(problem.Message, problem);
        }
    }

    public string Name => _wire.Name;

    public int Slots => _wire.Slots;

    public long RepliesLost => _wire.RepliesLost;

    public long AllowanceExceeded => _wire.AllowanceExceeded;

    public Span<byte> Packet(int slot) => _wire.Packet(slot);

    public int Send(int firstSlot, ReadOnlySpan<int> lengths, out string? error)
    {
        // Before they leave: their answers must not come first in the file.
        for (var place = 0; place < lengths.Length; place++)
            Write(_wire.Packet(firstSlot + place)[..lengths[place]]);
        return _wire.Send(firstSlot, lengths, out error);
    }

    public bool TryReceive(out ReadOnlySpan<byte> packet)
    {
        if (!_wire.TryReceive(out packet))
            return false;
        Write(packet);
        return true;
    }

    public void WaitForReply(TimeSpan limit) => _wire.WaitForReply(limit);

    public string? Problem() => _wire.Problem();

    public void Dispose()
    {
        _wire.Dispose();
        _file.Dispose();
    }

    /// <summary>A frame's padding is cut off.</summary>
    private void Write(ReadOnlySpan<byte> packet)
    {
        if (IPPacket.TryRead(packet, out var ip))
            packet = packet[..ip.Length];
        var now = _clock.GetUtcNow();
        lock (_gate)
            _file.SendPacket(packet, new PcapHeader((uint)now.ToUnixTimeSeconds(), (uint)(now.Ticks / 10 % 1_000_000), 0, 0));
    }
}
