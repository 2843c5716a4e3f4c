namespace SharpPcap;

/// <summary>Counters of pcap_stats(3PCAP), since the device was opened.</summary>
public interface ICaptureStatistics
{
    uint ReceivedPackets { get; set; }

    uint DroppedPackets { get; set; }

    uint InterfaceDroppedPackets { get; set; }
}
