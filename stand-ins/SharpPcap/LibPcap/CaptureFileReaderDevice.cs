namespace SharpPcap.LibPcap;

/// <summary>A capture file, read packet by packet.</summary>
public unsafe class CaptureFileReaderDevice(string captureFilename) : PcapDevice
{
    public override string Name => captureFilename;

    public override ICaptureStatistics Statistics => null;

    public override void Open(DeviceConfiguration configuration)
    {
        var error = stackalloc byte[LibPcapSafeNativeMethods.ErrorBufferSize];
        Handle = LibPcapSafeNativeMethods.pcap_open_offline(captureFilename, error);
        if (Handle.IsInvalid)
            throw new PcapException($"Unable to open offline adapter: {LibPcapSafeNativeMethods.Error(error)}");
    }
}
