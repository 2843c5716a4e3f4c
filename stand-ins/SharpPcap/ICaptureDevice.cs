using System.Net.NetworkInformation;
using PacketDotNet;

namespace SharpPcap;

public interface ICaptureDevice : IDisposable
{
    string Name { get; }

    string LastError { get; }

    /// <summary>An expression of pcap-filter(7), applied in the kernel.</summary>
    string Filter { get; set; }

    ICaptureStatistics Statistics { get; }

    PhysicalAddress MacAddress { get; }

    LinkLayers LinkType { get; }

    void Open(DeviceConfiguration configuration);

    void Close();

    GetPacketStatus GetNextPacket(out PacketCapture e);
}
