using System.Reflection;
using System.Runtime.InteropServices;

namespace SharpPcap.LibPcap;

/// <summary>libpcap's own functions (pcap(3PCAP)), bound to the library that the system has.</summary>
internal static unsafe partial class LibPcapSafeNativeMethods
{
    public const int ErrorBufferSize = 256;

    private const string Library = "pcap";

    static LibPcapSafeNativeMethods() => NativeLibrary.SetDllImportResolver(typeof(LibPcapSafeNativeMethods).Assembly, Resolve);

    public static string Error(PcapHandle handle) => Marshal.PtrToStringUTF8(pcap_geterr(handle)) ?? "";

    public static string Error(byte* buffer) => Marshal.PtrToStringUTF8((nint)buffer) ?? "";

    [LibraryImport(Library)]
    public static partial int pcap_findalldevs(out PcapIf* devices, byte* errorBuffer);

    [LibraryImport(Library)]
    public static partial void pcap_freealldevs(PcapIf* devices);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial PcapHandle pcap_create(string source, byte* errorBuffer);

    [LibraryImport(Library)]
    public static partial PcapHandle pcap_open_dead(int linkType, int snaplen);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial PcapHandle pcap_open_offline(string file, byte* errorBuffer);

    [LibraryImport(Library)]
    public static partial int pcap_set_snaplen(PcapHandle handle, int snaplen);

    [LibraryImport(Library)]
    public static partial int pcap_set_promisc(PcapHandle handle, int promiscuous);

    [LibraryImport(Library)]
    public static partial int pcap_set_timeout(PcapHandle handle, int milliseconds);

    [LibraryImport(Library)]
    public static partial int pcap_set_buffer_size(PcapHandle handle, int bytes);

    [LibraryImport(Library)]
    public static partial int pcap_set_immediate_mode(PcapHandle handle, int immediate);

    [LibraryImport(Library)]
    public static partial int pcap_activate(PcapHandle handle);

    [LibraryImport(Library)]
    public static partial int pcap_datalink(PcapHandle handle);

    [LibraryImport(Library)]
    public static partial int pcap_get_selectable_fd(PcapHandle handle);

    [LibraryImport(Library)]
    public static partial int pcap_getnonblock(PcapHandle handle, byte* errorBuffer);

    [LibraryImport(Library)]
    public static partial int pcap_setnonblock(PcapHandle handle, int nonBlocking, byte* errorBuffer);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int pcap_compile(PcapHandle handle, BpfProgram* program, string expression, int optimise, uint netmask);

    [LibraryImport(Library)]
    public static partial int pcap_setfilter(PcapHandle handle, BpfProgram* program);

    [LibraryImport(Library)]
    public static partial void pcap_freecode(BpfProgram* program);

    [LibraryImport(Library)]
    public static partial int pcap_next_ex(PcapHandle handle, ref nint header, ref nint data);

    [LibraryImport(Library)]
    public static partial int pcap_sendpacket(PcapHandle handle, byte* data, int length);

    [LibraryImport(Library)]
    public static partial int pcap_stats(PcapHandle handle, PcapStat* statistics);

    [LibraryImport(Library)]
    public static partial nint pcap_geterr(PcapHandle handle);

    [LibraryImport(Library)]
    public static partial void pcap_close(nint handle);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint pcap_dump_open(PcapHandle handle, string file);

    [LibraryImport(Library)]
    public static partial void pcap_dump(nint dumper, PcapPacketHeader* header, byte* data);

    [LibraryImport(Library)]
    public static partial void pcap_dump_close(nint dumper);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int poll(PollDescriptor* descriptors, nuint count, int milliseconds);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Library)
            return 0;
        foreach (var file in (ReadOnlySpan<string>)["libpcap.so.0.8", "libpcap.so"])
        {
            if (NativeLibrary.TryLoad(file, assembly, path, out var library))
                return library;
        }
        throw new DllNotFoundException("Neither libpcap.so.0.8 nor libpcap.so can be loaded: install libpcap (on Debian the package libpcap0.8).");
    }

#pragma warning disable CS0649 // The library fills these in.
    /// <summary>struct pcap_if</summary>
    public struct PcapIf
    {
        public PcapIf* Next;
        public byte* Name;
        public byte* Description;
        public PcapAddr* Addresses;
        public uint Flags;
    }

    /// <summary>struct pcap_addr</summary>
    public struct PcapAddr
    {
        public PcapAddr* Next;
        public byte* Address;
        public byte* Netmask;
        public byte* Broadcast;
        public byte* Destination;
    }
#pragma warning restore CS0649

    /// <summary>struct bpf_program</summary>
    public struct BpfProgram
    {
        public uint Length;
        public void* Instructions;
    }

    /// <summary>struct pcap_pkthdr</summary>
    public struct PcapPacketHeader
    {
        public nint Seconds;
        public nint Microseconds;
        public uint CaptureLength;
        public uint PacketLength;
    }

    /// <summary>struct pcap_stat</summary>
    public struct PcapStat
    {
        public uint Received;
        public uint Dropped;
        public uint InterfaceDropped;
    }

    /// <summary>struct pollfd</summary>
    public struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short ReturnedEvents;
    }
}
