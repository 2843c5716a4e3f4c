namespace SharpPcap;

/// <summary>A packet whose bytes belong to libpcap: valid until the next packet is asked for.</summary>
public readonly ref struct PacketCapture(ICaptureDevice device, ICaptureHeader header, ReadOnlySpan<byte> data)
{
    public ICaptureDevice Device { get; } = device;

    public ICaptureHeader Header { get; } = header;

    public ReadOnlySpan<byte> Data { get; } = data;

    public RawCapture GetPacket() => new(Device, Header, Data);
}
