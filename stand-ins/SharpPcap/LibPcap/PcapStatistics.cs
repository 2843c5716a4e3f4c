namespace SharpPcap.LibPcap;

public class PcapStatistics : ICaptureStatistics
{
    public uint ReceivedPackets { get; set; }

    public uint DroppedPackets { get; set; }

    public uint InterfaceDroppedPackets { get; set; }
}
