using System.Net.NetworkInformation;
using PacketDotNet;
using SharpPcap;
using SharpPcap.LibPcap;

namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>
/// An interface opened through SharpPcap, for what comes in and, frame by frame, for what goes out. One thread may receive while another
/// sends: on Linux these are two system calls, and libpcap shares nothing between them but the text of the last error.
/// </summary>
public sealed unsafe class LinkCapture : IDisposable
{
    /// <summary>Enough for headers.</summary>
    private const int DefaultPacketBytes = 128;

    /// <summary>A tenth of a second of answers at over a million a second.</summary>
    private const int KernelBufferBytes = 32 * 1024 * 1024;

    /// <summary>How long answers may gather in the kernel.</summary>
    private const int GatherMilliseconds = 10;

    private const int PacketRead = 1;
    private const int NothingThere = 0;
    private const int EthernetHeaderLength = 14;

    private readonly PollableDevice _device;
    private string? _error;

    /// <param name="packetBytes">How much of each packet is to be read.</param>
    /// <exception cref="PcapException">The interface cannot be opened.</exception>
    public LinkCapture(string interfaceName, string filter, int packetBytes = DefaultPacketBytes)
    {
        _device = new(LibPcapLiveDeviceList.New()[interfaceName]);
        try
        {
            LinkHeaderLength = Open(filter, packetBytes);
        }
        catch
        {
            _device.Dispose();
            throw;
        }
    }

    public int LinkHeaderLength { get; }

    public PhysicalAddress? HardwareAddress => _device.MacAddress;

    /// <summary>Frames that passed the filter and were dropped since nobody read them in time.</summary>
    public long Dropped => _device.Statistics?.DroppedPackets ?? 0;

    /// <summary>Why nothing can be received any more.</summary>
    public string? Error => Volatile.Read(ref _error);

    /// <exception cref="PcapException">The frame did not leave.</exception>
    public void Send(ReadOnlySpan<byte> frame) => _device.SendPacket(frame);

    /// <summary>The next frame, in libpcap's memory and so valid until the next call. Never waits.</summary>
    public bool TryReceive(out ReadOnlySpan<byte> frame)
    {
        nint header = 0, data = 0;
        switch (_device.GetNextPacketPointers(ref header, ref data))
        {
            case PacketRead:
                // struct pcap_pkthdr: a time of two machine words, then how much of the packet was captured.
                frame = new((void*)data, *(int*)(header + (2 * sizeof(nint))));
                return true;
            case < NothingThere:
                Volatile.Write(ref _error, _device.LastError);
                break;
        }
        frame = default;
        return false;
    }

    /// <summary>
    /// libpcap's own wait over TPACKET_V3 can last for ever when traffic stops, whatever its timeout, so the descriptor is polled here
    /// and libpcap is only asked for what is there. A limit that is over already must not become a wait without one, which poll(2) takes
    /// a negative number for.
    /// </summary>
    public void Wait(TimeSpan limit)
    {
        var descriptor = new LibC.PollDescriptor { Descriptor = _device.Descriptor, Events = LibC.PollIn };
        _ = LibC.poll(&descriptor, 1, (int)Math.Max(limit.TotalMilliseconds, 0));
    }

    public void Dispose() => _device.Dispose();

    private int Open(string filter, int packetBytes)
    {
        _device.Open(new DeviceConfiguration
        {
            Snaplen = EthernetHeaderLength + packetBytes,
            BufferSize = KernelBufferBytes,
            ReadTimeout = GatherMilliseconds,
            Mode = DeviceModes.None,
        });
        _device.Filter = filter;
        _device.NonBlockingMode = true;
        return _device.LinkType switch
        {
            LinkLayers.Ethernet => EthernetHeaderLength,
            LinkLayers.Raw => 0,
            var other => throw new PcapException($"{_device.Name} has link type {other}, which is not Ethernet."),
        };
    }

    /// <summary>Opens the descriptor that SharpPcap keeps for derived devices.</summary>
    private sealed class PollableDevice(LibPcapLiveDevice device) : LibPcapLiveDevice((PcapInterface)device.Interface)
    {
        public int Descriptor => FileDescriptor;
    }
}
