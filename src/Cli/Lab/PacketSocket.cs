using System.Runtime.InteropServices;

namespace TaskMesh.Cli.Lab;

/// <summary>The calls of packet(7) and the memory that the kernel shares with a packet socket (TPACKET_V3).</summary>
internal static unsafe partial class PacketSocket
{
    public const int AfPacket = 17;
    public const int SockRaw = 3;
    public const int SolPacket = 263;
    public const int RxRing = 5;
    public const int Statistics = 6;
    public const int Version = 10;
    public const int QdiscBypass = 20;
    public const int IgnoreOutgoing = 23;
    public const int Version3 = 2;
    public const ushort AllProtocolsBigEndian = 0x0300;
    public const short PollIn = 1;

    private const int ReadWrite = 3;
    private const int Shared = 1;

    /// <summary>A socket that receives nothing until it is bound.</summary>
    public static int Open() => Checked(socket(AfPacket, SockRaw, 0), "A packet socket");

    /// <param name="protocolBigEndian">What to receive: <see cref="AllProtocolsBigEndian"/>, or 0 for a socket that only sends.</param>
    public static void Bind(int descriptor, string interfaceName, ushort protocolBigEndian)
    {
        var index = if_nametoindex(interfaceName);
        if (index == 0)
            throw new IOException($"There is no interface {interfaceName}.");
        var address = new LinkAddress { Family = AfPacket, ProtocolBigEndian = protocolBigEndian, InterfaceIndex = index };
        Checked(bind(descriptor, &address, sizeof(LinkAddress)), interfaceName);
    }

    public static void Set<T>(int descriptor, int option, T value)
        where T : unmanaged => Checked(setsockopt(descriptor, SolPacket, option, &value, sizeof(T)), $"Packet option {option}");

    public static byte* Map(int descriptor, nint length)
    {
        var memory = mmap(null, length, ReadWrite, Shared, descriptor, 0);
        return memory == (void*)-1 ? throw new IOException($"The packet ring: {Marshal.GetLastPInvokeErrorMessage()}.") : (byte*)memory;
    }

    public static int Checked(int result, string what) =>
        result < 0 ? throw new IOException($"{what}: {Marshal.GetLastPInvokeErrorMessage()}.") : result;

    [LibraryImport("libc", SetLastError = true)]
    public static partial int getsockopt(int socket, int level, int option, void* value, int* length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int poll(PollDescriptor* descriptors, nuint count, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int sendmmsg(int socket, Message* messages, uint count, int flags);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int if_nametoindex(string name);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int family, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int bind(int socket, LinkAddress* address, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(int socket, int level, int option, void* value, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial void* mmap(void* address, nint length, int protection, int flags, int descriptor, nint offset);

    /// <summary>struct sockaddr_ll</summary>
    [StructLayout(LayoutKind.Sequential, Size = 20)]
    public struct LinkAddress
    {
        public ushort Family;
        public ushort ProtocolBigEndian;
        public int InterfaceIndex;
    }

    /// <summary>struct tpacket_req3</summary>
    [StructLayout(LayoutKind.Sequential, Size = 28)]
    public struct RingRequest
    {
        public uint BlockSize;
        public uint BlockCount;
        public uint FrameSize;
        public uint FrameCount;
        public uint BlockTimeoutMilliseconds;
    }

#pragma warning disable CS0649 // The kernel fills these in.
    /// <summary>struct tpacket_block_desc with tpacket_hdr_v1, as far as it is read</summary>
    public struct Block
    {
        public uint Version;
        public uint PrivateOffset;
        public uint Status;
        public uint PacketCount;
        public uint FirstPacketOffset;
    }

    /// <summary>struct tpacket3_hdr, as far as it is read</summary>
    public struct CapturedPacket
    {
        public uint NextOffset;
        public uint Seconds;
        public uint Nanoseconds;
        public uint CapturedLength;
        public uint Length;
        public uint Status;
        public ushort FrameOffset;
    }

    /// <summary>struct tpacket_stats_v3. Reading it sets it to zero.</summary>
    public struct RingStatistics
    {
        public uint Packets;
        public uint Dropped;
        public uint FreezeCount;
    }
#pragma warning restore CS0649

    /// <summary>struct iovec</summary>
    public struct Buffer
    {
        public byte* Bytes;
        public nint Length;
    }

    /// <summary>struct mmsghdr</summary>
    [StructLayout(LayoutKind.Explicit, Size = 64)]
    public struct Message
    {
        [FieldOffset(16)]
        public Buffer* Buffers;

        [FieldOffset(24)]
        public nint BufferCount;
    }

    /// <summary>struct pollfd</summary>
    public struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short ReturnedEvents;
    }
}
