using System.Net.NetworkInformation;

namespace SharpPcap.LibPcap;

public interface IPcapInterface
{
    string Name { get; }

    string Description { get; }

    List<PcapAddress> Addresses { get; }

    uint Flags { get; }

    PhysicalAddress MacAddress { get; }
}
