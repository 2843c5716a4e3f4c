using System.Diagnostics;
using System.Runtime.InteropServices;

namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>
/// Ethernet frames through AF_XDP (Documentation/networking/af_xdp.rst): memory that the kernel reads, and two rings that say what is to be
/// sent and what has been. Only the sending half: no XDP program, and no library.
/// </summary>
/// <remarks>
/// <code>
///  transmit ring    we move the producer, the kernel the consumer; an entry is address, length, options
///  completion ring  the kernel moves the producer, we the consumer; an entry is the address of a frame that is ours again
/// </code>
/// Frames are used in turn, so their number modulo that of the frames is where they lie. Ring indexes are shared with the kernel and only read
/// and written with acquire and release, which matters on arm64.
/// </remarks>
public sealed unsafe class XdpTransmit : ITransmit
{
    private const int SlotCount = 64;

    /// <summary>With frames of this size 4 MiB of locked memory, half of what a process may have by default.</summary>
    private const uint FrameCount = 2048;

    private const uint FrameSize = 2048;
    private const uint RingSize = 1024;
    private const int OffsetsLength = 128;

    private const int OffsetsOption = 1, TransmitRingOption = 3, MemoryOption = 4, FillRingOption = 5, CompletionRingOption = 6;
    private const int TransmitBudgetOption = 9;
    private const long TransmitRingPage = 0x8000_0000, CompletionRingPage = 0x1_8000_0000;

    /// <summary>A queue that another socket has just let go answers "busy" for a moment.</summary>
    private static readonly TimeSpan BindLimit = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan SendLimit = TimeSpan.FromMilliseconds(100);

    private readonly EthernetHeader _header;
    private readonly int _largestPacket;
    private readonly int _socket;
    private readonly byte* _memory;
    private readonly Mapping _transmit;
    private readonly Mapping _completion;
    private readonly uint* _producer;
    private readonly uint* _consumer;
    private readonly Descriptor* _entries;
    private readonly uint* _completed;
    private readonly uint* _completionConsumer;
    private uint _next;

    /// <exception cref="IOException">The kernel, the interface or a limit does not allow it; the message says which.</exception>
    public XdpTransmit(int interfaceIndex, EthernetHeader header, int largestPacket)
    {
        if (EthernetHeader.FrameLength(largestPacket) > FrameSize)
            throw new IOException($"AF_XDP takes frames of {FrameSize} bytes, and this scan sends {largestPacket}.");
        _header = header;
        _largestPacket = largestPacket;
        _socket = LibC.Checked(LibC.socket(LibC.AfXdp, LibC.SockRaw | LibC.CloseOnExec, 0), "AF_XDP");
        try
        {
            _memory = LibC.Map((nint)(FrameCount * FrameSize), LibC.MapPrivate | LibC.MapAnonymous, -1, 0);
            var registration = new MemoryRegistration { Address = (ulong)_memory, Length = FrameCount * FrameSize, ChunkSize = FrameSize };
            Set(MemoryOption, &registration, sizeof(MemoryRegistration), "AF_XDP memory (it counts against LimitMEMLOCK)");
            var size = RingSize;
            Set(FillRingOption, &size, sizeof(uint), "An AF_XDP ring");
            Set(CompletionRingOption, &size, sizeof(uint), "An AF_XDP ring");
            Set(TransmitRingOption, &size, sizeof(uint), "An AF_XDP ring");
            // Older kernels send 32 frames to a call and say "again"; Send calls until all are gone, so this only saves calls.
            var budget = SlotCount;
            _ = LibC.setsockopt(_socket, LibC.SolXdp, TransmitBudgetOption, &budget, sizeof(int));
            var offsets = stackalloc ulong[OffsetsLength / sizeof(ulong)];
            var length = OffsetsLength;
            LibC.Checked(LibC.getsockopt(_socket, LibC.SolXdp, OffsetsOption, offsets, &length), "AF_XDP");
            // Four numbers for each of the rings receive, transmit, fill, completion: producer, consumer, entries, flags.
            _transmit = new(_socket, (nint)(offsets[6] + (RingSize * (ulong)sizeof(Descriptor))), TransmitRingPage);
            _completion = new(_socket, (nint)(offsets[14] + (RingSize * sizeof(ulong))), CompletionRingPage);
            _producer = (uint*)(_transmit.Address + offsets[4]);
            _consumer = (uint*)(_transmit.Address + offsets[5]);
            _entries = (Descriptor*)(_transmit.Address + offsets[6]);
            _completed = (uint*)(_completion.Address + offsets[12]);
            _completionConsumer = (uint*)(_completion.Address + offsets[13]);
            Bind(interfaceIndex);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Name => WireNames.Xdp;

    public int Slots => SlotCount;

    public Span<byte> Packet(int slot) => new(Frame(slot) + EthernetHeader.Length, _largestPacket);

    /// <summary>All or nothing: the ring always has room for one batch, since each is waited for.</summary>
    public int Send(int firstSlot, ReadOnlySpan<int> lengths, out string? error)
    {
        if (!Flush(out error))
            return 0;
        for (var place = 0; place < lengths.Length; place++)
        {
            var frame = Frame(firstSlot + place);
            _header.Write(new(frame, (int)FrameSize));
            _entries[(_next + (uint)place) % RingSize] = new()
            {
                Address = (ulong)(frame - _memory),
                Length = (uint)EthernetHeader.FrameLength(lengths[place]),
            };
        }
        _next += (uint)lengths.Length;
        Volatile.Write(ref *_producer, _next);
        // What stays in the ring is sent by the next call, or refused by it.
        Flush(out _);
        return lengths.Length;
    }

    public void Dispose()
    {
        _ = LibC.close(_socket);
        _transmit.Dispose();
        _completion.Dispose();
        if (_memory is not null)
            _ = LibC.munmap(_memory, (nint)(FrameCount * FrameSize));
    }

    private byte* Frame(int slot) => _memory + ((_next + (uint)slot) % FrameCount * FrameSize);

    /// <summary>Has the kernel send what is in the ring; false when it does not, after a while.</summary>
    private bool Flush(out string? error)
    {
        error = null;
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            var completed = Volatile.Read(ref *_completed);
            Volatile.Write(ref *_completionConsumer, completed);
            if (Volatile.Read(ref *_consumer) == _next && _next - completed <= FrameCount - (2 * SlotCount))
                return true;
            var isRefused = LibC.sendto(_socket, null, 0, LibC.DontWait, null, 0) < 0
                && Marshal.GetLastPInvokeError() is not (LibC.Again or LibC.Busy or LibC.NoBuffers);
            if (!isRefused && Stopwatch.GetElapsedTime(since) < SendLimit)
                continue;
            error = isRefused ? LibC.LastError : "The interface takes no frames.";
            return false;
        }
    }

    private void Bind(int interfaceIndex)
    {
        var address = new XdpAddress { Family = LibC.AfXdp, InterfaceIndex = (uint)interfaceIndex };
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
