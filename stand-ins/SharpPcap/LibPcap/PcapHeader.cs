namespace SharpPcap.LibPcap;

/// <summary>When a packet was captured, how long it was, and how much of it was kept.</summary>
public class PcapHeader(uint seconds, uint microseconds, uint packetLength, uint captureLength) : ICaptureHeader
{
    public PosixTimeval Timeval { get; set; } = new(seconds, microseconds);

    public uint PacketLength { get; set; } = packetLength;

    public uint CaptureLength { get; set; } = captureLength;
}
