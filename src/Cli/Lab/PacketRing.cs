namespace TaskMesh.Cli.Lab;

/// <summary>Frames as an interface receives them, read from memory that the kernel writes: no system call and no copy per frame.</summary>
internal sealed unsafe class PacketRing
{
    private const uint BlockSize = 256 * 1024;
    private const uint BlockCount = 256;
    private const uint FrameSize = 2048;
    private const uint BlockTimeoutMilliseconds = 2;
    private const uint ReadyForReader = 1;
    private const int PollMilliseconds = 100;

    private readonly int _socket;
    private readonly byte* _memory;
    private uint _next;

    public PacketRing(string interfaceName)
    {
        // Bound when the ring is there, so no frame goes past it.
        _socket = PacketSocket.Open();
        PacketSocket.Set(_socket, PacketSocket.Version, PacketSocket.Version3);
        PacketSocket.Set(_socket, PacketSocket.IgnoreOutgoing, 1);
        PacketSocket.Set(_socket, PacketSocket.RxRing, new PacketSocket.RingRequest
        {
            BlockSize = BlockSize,
            BlockCount = BlockCount,
            FrameSize = FrameSize,
            FrameCount = BlockSize / FrameSize * BlockCount,
            BlockTimeoutMilliseconds = BlockTimeoutMilliseconds,
        });
        _memory = PacketSocket.Map(_socket, (nint)(BlockSize * BlockCount));
        PacketSocket.Bind(_socket, interfaceName, PacketSocket.AllProtocolsBigEndian);
    }

    public delegate void FrameHandler(ReadOnlySpan<byte> frame, long nanoseconds);

    /// <summary>Frames that came in faster than they were read, since this was last asked.</summary>
    public uint TakeDropped()
    {
        PacketSocket.RingStatistics statistics;
        var length = sizeof(PacketSocket.RingStatistics);
        PacketSocket.Checked(PacketSocket.getsockopt(_socket, PacketSocket.SolPacket, PacketSocket.Statistics, &statistics, &length), "Statistics");
        return statistics.Dropped;
    }

    /// <summary>Hands over the frames of one block, or waits a moment when there is none.</summary>
    public bool Read(FrameHandler handler)
    {
        var block = (PacketSocket.Block*)(_memory + (_next * BlockSize));
        if ((Volatile.Read(ref block->Status) & ReadyForReader) == 0)
        {
            var descriptor = new PacketSocket.PollDescriptor { Descriptor = _socket, Events = PacketSocket.PollIn };
            _ = PacketSocket.poll(&descriptor, 1, PollMilliseconds);
            return false;
        }
        var packet = (byte*)block + block->FirstPacketOffset;
        for (var count = block->PacketCount; count > 0; count--)
        {
            var captured = (PacketSocket.CapturedPacket*)packet;
            handler(new(packet + captured->FrameOffset, (int)captured->CapturedLength), (captured->Seconds * 1_000_000_000L) + captured->Nanoseconds);
            packet += captured->NextOffset;
        }
        Volatile.Write(ref block->Status, 0);
        _next = (_next + 1) % BlockCount;
        return true;
    }
}
