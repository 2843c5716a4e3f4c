using System.Runtime.InteropServices;

namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>The few calls of the C library (Linux) that .NET has no face for.</summary>
internal static unsafe partial class LibC
{
    public const int AfInet = 2;
    public const int AfNetlink = 16;
    public const int AfPacket = 17;
    public const int AfXdp = 44;
    public const int SockDatagram = 2;
    public const int SockRaw = 3;
    public const int CloseOnExec = 0x80000;
    public const short PollIn = 1;
    public const short PollError = 8;
    public const int DontWait = 0x40;
    public const int SolSocket = 1;
    public const int SolTcp = 6;
    public const int SolPacket = 263;
    public const int SolXdp = 283;
    public const int SoSendBuffer = 7;
    public const int SoAttachFilter = 26;
    public const int PacketQdiscBypass = 20;
    public const int TcpMd5SignatureExtended = 32;
    public const int MapShared = 1;
    public const int MapPrivate = 2;
    public const int MapAnonymous = 0x20;

    public const int LongestInterfaceName = 15;

    /// <summary>SIOCETHTOOL</summary>
    public const nuint EthtoolRequest = 0x8946;

    /// <summary>EAGAIN, EBUSY, ENOBUFS</summary>
    public const int Again = 11, Busy = 16, NoBuffers = 105;

    private const int ReadWrite = 3;
    private const int Populate = 0x8000;

    public static string LastError => Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());

    public static int Checked(int result, string what) => result < 0 ? throw new IOException($"{what}: {LastError}.") : result;

    public static byte* Map(nint length, int flags, int descriptor, long offset)
    {
        var memory = mmap(null, length, ReadWrite, flags | Populate, descriptor, offset);
        return memory == (void*)-1 ? throw new IOException($"Memory shared with the kernel: {LastError}.") : (byte*)memory;
    }

    [LibraryImport("libc", SetLastError = true)]
    public static partial int socket(int family, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int bind(int socket, void* address, int length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int setsockopt(int socket, int level, int option, void* value, int length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int getsockopt(int socket, int level, int option, void* value, int* length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint send(int socket, byte* data, nint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint sendto(int socket, byte* data, nint length, int flags, void* address, int addressLength);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int sendmmsg(int socket, Message* messages, uint count, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint recv(int socket, byte* data, nint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int close(int descriptor);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(int descriptor, nuint request, InterfaceRequest* argument);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int poll(PollDescriptor* descriptors, nuint count, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int munmap(void* address, nint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial void* mmap(void* address, nint length, int protection, int flags, int descriptor, long offset);

    /// <summary>struct pollfd of poll(2)</summary>
    public struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short ReturnedEvents;
    }

    /// <summary>struct ifreq of netdevice(7)</summary>
    [StructLayout(LayoutKind.Sequential, Size = 40)]
    public struct InterfaceRequest
    {
        public fixed byte Name[LongestInterfaceName + 1];
        public byte* Data;
    }

    /// <summary>struct sockaddr_ll of packet(7)</summary>
    [StructLayout(LayoutKind.Sequential, Size = 20)]
    public struct LinkAddress
    {
        public ushort Family;
        public ushort Protocol;
        public int InterfaceIndex;
    }

    /// <summary>struct iovec</summary>
    public struct Buffer
    {
        public byte* Bytes;
        public nint Length;
    }

    /// <summary>struct mmsghdr of sendmmsg(2)</summary>
    [StructLayout(LayoutKind.Explicit, Size = 64)]
    public struct Message
    {
        [FieldOffset(16)]
        public Buffer* Buffers;

        [FieldOffset(24)]
        public nint BufferCount;
    }
}
