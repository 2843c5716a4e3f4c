namespace SharpPcap.LibPcap;

/// <summary>A capture file that packets are written to.</summary>
public unsafe class CaptureFileWriterDevice(string captureFilename) : PcapDevice, IInjectionDevice
{
    private nint _dumper;

    public override string Name => captureFilename;

    public override ICaptureStatistics Statistics => null;

    public override void Open(DeviceConfiguration configuration)
    {
        Handle = LibPcapSafeNativeMethods.pcap_open_dead((int)configuration.LinkLayerType, configuration.Snaplen);
        _dumper = LibPcapSafeNativeMethods.pcap_dump_open(Handle, captureFilename);
        if (_dumper == 0)
            throw new PcapException($"Error opening dump file '{LastError}'");
    }

    public void Write(RawCapture p) => SendPacket(p.Data, new PcapHeader((uint)p.Timeval.Seconds, (uint)p.Timeval.MicroSeconds, 0, 0));

    public void SendPacket(ReadOnlySpan<byte> p, ICaptureHeader header = null)
    {
        ThrowIfNotOpen("Cannot dump packet, device is not opened");
        var native = new LibPcapSafeNativeMethods.PcapPacketHeader
        {
            Seconds = (nint)(header?.Timeval.Seconds ?? 0),
            Microseconds = (nint)(header?.Timeval.MicroSeconds ?? 0),
            CaptureLength = (uint)p.Length,
            PacketLength = (uint)p.Length,
        };
        fixed (byte* bytes = p)
            LibPcapSafeNativeMethods.pcap_dump(_dumper, &native, bytes);
    }

    public override void Close()
    {
        if (_dumper != 0)
            LibPcapSafeNativeMethods.pcap_dump_close(_dumper);
        _dumper = 0;
        base.Close();
    }
}
