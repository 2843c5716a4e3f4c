namespace SharpPcap.LibPcap;

public class PcapAddress
{
    internal unsafe PcapAddress(LibPcapSafeNativeMethods.PcapAddr* native)
    {
        Addr = native->Address is null ? null : new(native->Address);
        Netmask = native->Netmask is null ? null : new(native->Netmask);
    }

    public Sockaddr Addr { get; }

    public Sockaddr Netmask { get; }
}
