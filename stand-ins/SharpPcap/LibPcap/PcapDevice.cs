using System.Net.NetworkInformation;
using PacketDotNet;

namespace SharpPcap.LibPcap;

/// <summary>What live devices and capture files have in common.</summary>
public abstract unsafe class PcapDevice : ICaptureDevice
{
    /// <summary>How long one look for packets may take, so that a device without traffic never holds its reader.</summary>
    private const int PollMilliseconds = 500;

    private const short PollIn = 1;

    /// <summary>Becomes readable when packets are there; -1 where there is nothing to wait for.</summary>
    protected internal int FileDescriptor = -1;

    private string _filter;

    public abstract string Name { get; }

    public virtual bool Opened => !(Handle.IsInvalid || Handle.IsClosed);

    public PcapHandle Handle { get; protected set; } = new();

    public virtual string LastError => LibPcapSafeNativeMethods.Error(Handle);

    public virtual PhysicalAddress MacAddress => null;

    public abstract ICaptureStatistics Statistics { get; }

    public virtual LinkLayers LinkType
    {
        get
        {
            ThrowIfNotOpen("Cannot get datalink, the pcap device is not opened");
            return (LinkLayers)LibPcapSafeNativeMethods.pcap_datalink(Handle);
        }
    }

    public virtual string Filter
    {
        get => _filter;
        set
        {
            ThrowIfNotOpen("device is not open");
            LibPcapSafeNativeMethods.BpfProgram program;
            if (LibPcapSafeNativeMethods.pcap_compile(Handle, &program, value ?? "", optimise: 1, netmask: uint.MaxValue) < 0)
                throw new PcapException($"Can't set filter ({value}) : {LastError}");
            var result = LibPcapSafeNativeMethods.pcap_setfilter(Handle, &program);
            LibPcapSafeNativeMethods.pcap_freecode(&program);
            if (result < 0)
                throw new PcapException($"Can't set filter ({value}) : {LastError}");
            _filter = value;
        }
    }

    public abstract void Open(DeviceConfiguration configuration);

    public virtual void Close() => Handle.Close();

    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }

    public virtual GetPacketStatus GetNextPacket(out PacketCapture e)
    {
        ThrowIfNotOpen("Device must be opened via Open() prior to use");
        e = default;
        nint header = 0, data = 0;
        var status = PollFileDescriptor() ? (GetPacketStatus)GetNextPacketPointers(ref header, ref data) : GetPacketStatus.ReadTimeout;
        if (status == GetPacketStatus.PacketRead)
        {
            var native = (LibPcapSafeNativeMethods.PcapPacketHeader*)header;
            e = new(
                this,
                new PcapHeader((uint)native->Seconds, (uint)native->Microseconds, native->PacketLength, native->CaptureLength),
                new((void*)data, (int)native->CaptureLength));
        }
        return status;
    }

    /// <summary>The next packet in libpcap's memory, valid until the next call: 1, or what pcap_next_ex(3PCAP) says instead.</summary>
    public int GetNextPacketPointers(ref nint header, ref nint data) => LibPcapSafeNativeMethods.pcap_next_ex(Handle, ref header, ref data);

    protected void ThrowIfNotOpen(string message)
    {
        if (!Opened)
            throw new DeviceNotReadyException(message);
    }

    private bool PollFileDescriptor()
    {
        if (FileDescriptor < 0)
            return true;
        var descriptor = new LibPcapSafeNativeMethods.PollDescriptor { Descriptor = FileDescriptor, Events = PollIn };
        return LibPcapSafeNativeMethods.poll(&descriptor, 1, PollMilliseconds) != 0;
    }
}
