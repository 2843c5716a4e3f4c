using System.Net.NetworkInformation;
using System.Runtime.InteropServices;

namespace SharpPcap.LibPcap;

/// <summary>An interface as pcap_findalldevs(3PCAP) tells of it.</summary>
public unsafe class PcapInterface : IPcapInterface
{
    internal PcapInterface(LibPcapSafeNativeMethods.PcapIf* native)
    {
        Name = Marshal.PtrToStringUTF8((nint)native->Name);
        Description = Marshal.PtrToStringUTF8((nint)native->Description);
        Flags = native->Flags;
        for (var address = native->Addresses; address is not null; address = address->Next)
            Addresses.Add(new(address));
    }

    public string Name { get; }

    public string Description { get; }

    public List<PcapAddress> Addresses { get; } = [];

    public uint Flags { get; }

    public PhysicalAddress MacAddress => Addresses.Find(address => address.Addr?.hardwareAddress is not null)?.Addr?.hardwareAddress;
}
