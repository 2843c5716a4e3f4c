using System.Diagnostics;
using System.Runtime.InteropServices;

namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>
/// The sending half of an AF_XDP socket (Documentation/networking/af_xdp.rst): memory that the kernel reads frames from, and two rings that say
/// what is to be sent and what has been. No XDP program, and no library.
/// </summary>
/// <remarks>
/// <code>
///  transmit ring    we move the producer, the kernel the consumer; an entry is address, length, options
///  completion ring  the kernel moves the producer, we the consumer; an entry is the address of a frame that is ours again
/// </code>
/// A second socket of the same queue has a transmit ring of its own, and shares the memory and the completion ring of the first
/// (XDP_SHARED_UMEM). Ring indexes are shared with the kernel and only read and written with acquire and release, which matters on arm64.
/// </remarks>
internal sealed unsafe class XdpSocket : IDisposable
{
    public const uint FrameSize = 2048;

    /// <summary>With frames of this size 4 MiB of locked memory, half of what a process may have by default.</summary>
    public const uint FrameCount = 2048;

    private const uint RingSize = 1024;
    private const int OffsetsLength = 128;

    private const int OffsetsOption = 1, TransmitRingOption = 3, MemoryOption = 4, FillRingOption = 5, CompletionRingOption = 6;
    private const int TransmitBudgetOption = 9;
    private const long TransmitRingPage = 0x8000_0000, CompletionRingPage = 0x1_8000_0000;
    private const ushort SharedMemoryFlag = 1;

    /// <summary>A queue that another socket has just let go answers "busy" for a moment.</summary>
    private static readonly TimeSpan BindLimit = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan SendLimit = TimeSpan.FromMilliseconds(100);

    private readonly int _socket;
    private readonly XdpSocket _owner;
    private readonly Mapping _transmit;
    private readonly Mapping _completion;
    private readonly uint* _producer;
    private readonly uint* _consumer;
    private readonly Descriptor* _entries;
    private readonly uint* _completed;
    private readonly uint* _completionConsumer;
    private uint _next;

    /// <param name="batch">Frames that one call is to send.</param>
    /// <param name="owner">The socket whose memory this one shares; null for one of its own.</param>
    /// <exception cref="IOException">The kernel, the interface or a limit does not allow it; the message says which.</exception>
    public XdpSocket(int interfaceIndex, int batch, XdpSocket? owner = null)
    {
        _owner = owner ?? this;
        _socket = LibC.Checked(LibC.socket(LibC.AfXdp, LibC.SockRaw | LibC.CloseOnExec, 0), "AF_XDP");
        try
        {
            var size = RingSize;
            if (owner is null)
            {
                Memory = LibC.Map((nint)(FrameCount * FrameSize), LibC.MapPrivate | LibC.MapAnonymous, -1, 0);
                var registration = new MemoryRegistration { Address = (ulong)Memory, Length = FrameCount * FrameSize, ChunkSize = FrameSize };
                Set(MemoryOption, &registration, sizeof(MemoryRegistration), "AF_XDP memory (it counts against LimitMEMLOCK)");
                Set(FillRingOption, &size, sizeof(uint), "An AF_XDP ring");
                Set(CompletionRingOption, &size, sizeof(uint), "An AF_XDP ring");
            }
            Set(TransmitRingOption, &size, sizeof(uint), "An AF_XDP ring");
            // Older kernels send 32 frames to a call and say "again"; Flush calls until all are gone, so this only saves calls.
            _ = LibC.setsockopt(_socket, LibC.SolXdp, TransmitBudgetOption, &batch, sizeof(int));
            var offsets = stackalloc ulong[OffsetsLength / sizeof(ulong)];
            var length = OffsetsLength;
            LibC.Checked(LibC.getsockopt(_socket, LibC.SolXdp, OffsetsOption, offsets, &length), "AF_XDP");
            // Four numbers for each of the rings receive, transmit, fill, completion: producer, consumer, entries, flags.
            _transmit = new(_socket, (nint)(offsets[6] + (RingSize * (ulong)sizeof(Descriptor))), TransmitRingPage);
            _producer = (uint*)(_transmit.Address + offsets[4]);
            _consumer = (uint*)(_transmit.Address + offsets[5]);
            _entries = (Descriptor*)(_transmit.Address + offsets[6]);
            if (owner is null)
            {
                _completion = new(_socket, (nint)(offsets[14] + (RingSize * sizeof(ulong))), CompletionRingPage);
                _completed = (uint*)(_completion.Address + offsets[12]);
                _completionConsumer = (uint*)(_completion.Address + offsets[13]);
            }
            Bind(interfaceIndex, owner);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The frames; null where it is another's.</summary>
    public byte* Memory { get; }

    /// <summary>Writes down the next frame to send. Only after the one before has been flushed, so that there is room for a batch.</summary>
    public void Add(byte* frame, int length) =>
        _entries[_next++ % RingSize] = new() { Address = (ulong)(frame - _owner.Memory), Length = (uint)length };

    /// <summary>Has the kernel send what was added; false when it does not, after a while: the next call tries again.</summary>
    public bool Flush(out string? error)
    {
        error = null;
        Volatile.Write(ref *_producer, _next);
        var since = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref *_consumer) != _next)
        {
            var isRefused = LibC.sendto(_socket, null, 0, LibC.DontWait, null, 0) < 0
                && Marshal.GetLastPInvokeError() is not (LibC.Again or LibC.Busy or LibC.NoBuffers);
            // Frames that came back make room for others. Two sockets share the ring: an older number may overwrite a newer one, until the next call.
            Volatile.Write(ref *_owner._completionConsumer, Volatile.Read(ref *_owner._completed));
            if (!isRefused && Stopwatch.GetElapsedTime(since) < SendLimit)
                continue;
            error = isRefused ? LibC.LastError : "The interface takes no frames.";
            return false;
        }
        return true;
    }

    public void Dispose()
    {
        _ = LibC.close(_socket);
        _transmit.Dispose();
        _completion.Dispose();
        if (Memory is not null)
            _ = LibC.munmap(Memory, (nint)(FrameCount * FrameSize));
    }

    private void Bind(int interfaceIndex, XdpSocket? owner)
    {
        var address = new XdpAddress { Family = LibC.AfXdp, InterfaceIndex = (uint)interfaceIndex };
        if (owner is not null)
            (address.Flags, address.SharedDescriptor) = (SharedMemoryFlag, (uint)owner._socket);
        for (var since = Stopwatch.GetTimestamp(); LibC.bind(_socket, &address, sizeof(XdpAddress)) < 0; Thread.Sleep(10))
        {
            if (Marshal.GetLastPInvokeError() != LibC.Busy || Stopwatch.GetElapsedTime(since) > BindLimit)
                throw new IOException($"AF_XDP on this interface: {LibC.LastError}.");
        }
    }

    private void Set(int option, void* value, int length, string what) =>
        LibC.Checked(LibC.setsockopt(_socket, LibC.SolXdp, option, value, length), what);

    /// <summary>struct xdp_umem_reg</summary>
    private struct MemoryRegistration
    {
        public ulong Address;
        public ulong Length;
        public uint ChunkSize;
        public uint Headroom;
        public uint Flags;
        public uint MetadataLength;
    }

    /// <summary>struct sockaddr_xdp</summary>
    private struct XdpAddress
    {
        public ushort Family;
        public ushort Flags;
        public uint InterfaceIndex;
        public uint QueueId;
        public uint SharedDescriptor;
    }

    /// <summary>struct xdp_desc; no option is used</summary>
    [StructLayout(LayoutKind.Sequential, Size = 16)]
    private struct Descriptor
    {
        public ulong Address;
        public uint Length;
    }

    /// <summary>A ring as the kernel shares it; nothing when it was never mapped.</summary>
    private readonly struct Mapping(int socket, nint length, long page) : IDisposable
    {
        private readonly nint _length = length;

        public byte* Address { get; } = LibC.Map(length, LibC.MapShared, socket, page);

        public void Dispose()
        {
            if (Address is not null)
                _ = LibC.munmap(Address, _length);
        }
    }
}
