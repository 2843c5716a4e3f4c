using System.Collections.ObjectModel;
using System.Net.NetworkInformation;

namespace SharpPcap.LibPcap;

/// <summary>A network interface that packets are captured from and sent to.</summary>
public unsafe class LibPcapLiveDevice(IPcapInterface pcapIf) : PcapDevice, IInjectionDevice
{
    public IPcapInterface Interface => pcapIf;

    public override string Name => pcapIf.Name;

    public override PhysicalAddress MacAddress => pcapIf.MacAddress;

    public virtual ReadOnlyCollection<PcapAddress> Addresses => pcapIf.Addresses.AsReadOnly();

    public virtual bool Loopback => (pcapIf.Flags & 1) != 0;

    public override ICaptureStatistics Statistics
    {
        get
        {
            ThrowIfNotOpen("device not open");
            LibPcapSafeNativeMethods.PcapStat statistics;
            if (LibPcapSafeNativeMethods.pcap_stats(Handle, &statistics) < 0)
                throw new PcapException(LastError);
            return new PcapStatistics
            {
                ReceivedPackets = statistics.Received,
                DroppedPackets = statistics.Dropped,
                InterfaceDroppedPackets = statistics.InterfaceDropped,
            };
        }
    }

    /// <summary>Whether a read returns at once when there is no packet.</summary>
    public bool NonBlockingMode
    {
        get
        {
            ThrowIfNotOpen("Can't get blocking mode, the device is closed");
            var error = stackalloc byte[LibPcapSafeNativeMethods.ErrorBufferSize];
            return LibPcapSafeNativeMethods.pcap_getnonblock(Handle, error) switch
            {
                < 0 => throw new PcapException($"Unable to get blocking mode. {LibPcapSafeNativeMethods.Error(error)}"),
                var mode => mode != 0,
            };
        }

        set
        {
            ThrowIfNotOpen("Can't set blocking mode, the device is closed");
            var error = stackalloc byte[LibPcapSafeNativeMethods.ErrorBufferSize];
            if (LibPcapSafeNativeMethods.pcap_setnonblock(Handle, value ? 1 : 0, error) < 0)
                throw new PcapException($"Unable to set blocking mode. {LibPcapSafeNativeMethods.Error(error)}");
        }
    }

    public override void Open(DeviceConfiguration configuration)
    {
        if (Opened)
            return;
        var error = stackalloc byte[LibPcapSafeNativeMethods.ErrorBufferSize];
        Handle = LibPcapSafeNativeMethods.pcap_create(Name, error);
        if (Handle.IsInvalid)
            throw new PcapException($"Unable to open the adapter '{Name}'. {LibPcapSafeNativeMethods.Error(error)}");
        LibPcapSafeNativeMethods.pcap_set_snaplen(Handle, configuration.Snaplen);
        LibPcapSafeNativeMethods.pcap_set_promisc(Handle, (int)(configuration.Mode & DeviceModes.Promiscuous));
        LibPcapSafeNativeMethods.pcap_set_timeout(Handle, configuration.ReadTimeout);
        if (configuration.BufferSize is { } size)
            LibPcapSafeNativeMethods.pcap_set_buffer_size(Handle, size);
        if (configuration.Immediate is { } immediate)
            LibPcapSafeNativeMethods.pcap_set_immediate_mode(Handle, immediate ? 1 : 0);
        if (LibPcapSafeNativeMethods.pcap_activate(Handle) < 0)
        {
            var problem = $"Unable to activate the adapter ({Name}). {LastError}";
            Close();
            throw new PcapException(problem);
        }
        FileDescriptor = LibPcapSafeNativeMethods.pcap_get_selectable_fd(Handle);
    }

    public void SendPacket(ReadOnlySpan<byte> p, ICaptureHeader header = null)
    {
        ThrowIfNotOpen("Can't send packet, the device is closed");
        int result;
        fixed (byte* bytes = p)
            result = LibPcapSafeNativeMethods.pcap_sendpacket(Handle, bytes, p.Length);
        if (result < 0)
            throw new PcapException($"Can't send packet: {LastError}");
    }
}
