using System.Collections.ObjectModel;

namespace SharpPcap.LibPcap;

/// <summary>The interfaces of this machine, as they were when the list was made.</summary>
public unsafe class LibPcapLiveDeviceList : ReadOnlyCollection<LibPcapLiveDevice>
{
    private LibPcapLiveDeviceList(IList<LibPcapLiveDevice> devices)
        : base(devices)
    {
    }

    public static LibPcapLiveDeviceList Instance { get; } = New();

    public LibPcapLiveDevice this[string name] =>
        this.FirstOrDefault(device => device.Name == name) ?? throw new IndexOutOfRangeException();

    public static LibPcapLiveDeviceList New()
    {
        var error = stackalloc byte[LibPcapSafeNativeMethods.ErrorBufferSize];
        if (LibPcapSafeNativeMethods.pcap_findalldevs(out var first, error) < 0)
            throw new PcapException(LibPcapSafeNativeMethods.Error(error));
        var devices = new List<LibPcapLiveDevice>();
        for (var device = first; device is not null; device = device->Next)
            devices.Add(new(new PcapInterface(device)));
        LibPcapSafeNativeMethods.pcap_freealldevs(first);
        return new(devices);
    }
}
