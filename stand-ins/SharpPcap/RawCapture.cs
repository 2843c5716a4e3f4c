using PacketDotNet;

namespace SharpPcap;

/// <summary>A packet with bytes of its own.</summary>
public class RawCapture(LinkLayers linkLayerType, PosixTimeval timeval, byte[] data)
{
    public RawCapture(ICaptureDevice device, ICaptureHeader header, ReadOnlySpan<byte> data)
        : this(device.LinkType, header.Timeval, data.ToArray())
    {
    }

    public LinkLayers LinkLayerType { get; set; } = linkLayerType;

    public PosixTimeval Timeval { get; set; } = timeval;

    public byte[] Data { get; } = data;

    public virtual Packet GetPacket() => Packet.ParsePacket(LinkLayerType, Data);
}
