using SharpPcap;

namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>Ethernet frames through SharpPcap, one to a system call: works on every interface that can be captured from.</summary>
public sealed class PcapTransmit(LinkCapture link, EthernetHeader header, int largestPacket) : ITransmit
{
    private const int SlotCount = 64;

    private readonly int _room = EthernetHeader.FrameLength(largestPacket);
    private readonly byte[] _frames = new byte[SlotCount * EthernetHeader.FrameLength(largestPacket)];

    public string Name => WireNames.Pcap;

    public int Slots => SlotCount;

    public Span<byte> Packet(int slot) => _frames.AsSpan((slot * _room) + EthernetHeader.Length, largestPacket);

    public int Send(int firstSlot, ReadOnlySpan<int> lengths, out string? error)
    {
        error = null;
        for (var sent = 0; sent < lengths.Length; sent++)
        {
            var frame = _frames.AsSpan((firstSlot + sent) * _room, EthernetHeader.FrameLength(lengths[sent]));
            header.Write(frame);
            try
            {
                link.Send(frame);
            }
            catch (PcapException refusal)
            {
                error = refusal.Message;
                return sent;
            }
        }
        return lengths.Length;
    }

    public void Dispose()
    {
    }
}
