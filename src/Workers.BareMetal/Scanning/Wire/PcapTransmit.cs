using System.Net.NetworkInformation;
using SharpPcap;

namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>Ethernet frames to one neighbour through SharpPcap: works on every interface that can be captured from.</summary>
public sealed class PcapTransmit : ITransmit
{
    private const int HeaderLength = 14;

    /// <summary>The smallest frame of Ethernet without its check sequence; shorter packets are padded.</summary>
    private const int SmallestFrame = 60;

    private readonly LinkCapture _link;
    private readonly byte[] _frames;
    private readonly int _packetLength;
    private readonly int _frameLength;

    public PcapTransmit(LinkCapture link, PhysicalAddress neighbour, int packetLength)
    {
        _link = link;
        _packetLength = packetLength;
        _frameLength = Math.Max(HeaderLength + packetLength, SmallestFrame);
        _frames = new byte[Slots * _frameLength];
        byte[] header = [.. neighbour.GetAddressBytes(), .. link.HardwareAddress?.GetAddressBytes() ?? new byte[6], 0x08, 0x00];
        for (var slot = 0; slot < Slots; slot++)
            header.CopyTo(_frames, slot * _frameLength);
    }

    public string Name => "pcap";

    public int Slots => 64;

    public Span<byte> Packet(int slot) => _frames.AsSpan((slot * _frameLength) + HeaderLength, _packetLength);

    public int Send(int firstSlot, int count, out string? error)
    {
        error = null;
        for (var sent = 0; sent < count; sent++)
        {
            try
            {
                _link.Send(_frames.AsSpan((firstSlot + sent) * _frameLength, _frameLength));
            }
            catch (PcapException refusal)
            {
                error = refusal.Message;
                return sent;
            }
        }
        return count;
    }

    public void Dispose()
    {
    }
}
