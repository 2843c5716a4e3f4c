using Microsoft.Win32.SafeHandles;

namespace SharpPcap.LibPcap;

/// <summary>A pcap_t, closed when it is no longer used.</summary>
public class PcapHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        LibPcapSafeNativeMethods.pcap_close(handle);
        return true;
    }
}
