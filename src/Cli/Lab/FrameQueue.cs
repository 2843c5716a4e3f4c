using System.Runtime.InteropServices;

namespace TaskMesh.Cli.Lab;

/// <summary>Frames that leave an interface many to a system call (sendmmsg(2)), past its queue.</summary>
internal sealed unsafe class FrameQueue
{
    private const int Slots = 64;

    private readonly int _socket = PacketSocket.Open();
    private readonly byte* _frames = (byte*)NativeMemory.AllocZeroed(Slots, FrameLength);
    private readonly PacketSocket.Buffer* _buffers = (PacketSocket.Buffer*)NativeMemory.AllocZeroed(Slots, (nuint)sizeof(PacketSocket.Buffer));
    private readonly PacketSocket.Message* _messages = (PacketSocket.Message*)NativeMemory.AllocZeroed(Slots, (nuint)sizeof(PacketSocket.Message));
    private int _count;

    public FrameQueue(string interfaceName)
    {
        PacketSocket.Bind(_socket, interfaceName, protocolBigEndian: 0);
        PacketSocket.Set(_socket, PacketSocket.QdiscBypass, 1);
        for (var slot = 0; slot < Slots; slot++)
        {
            _buffers[slot] = new() { Bytes = _frames + (slot * FrameLength), Length = FrameLength };
            _messages[slot] = new() { Buffers = &_buffers[slot], BufferCount = 1 };
        }
    }

    /// <summary>The smallest frame of Ethernet, which holds every answer of the lab.</summary>
    public const int FrameLength = 60;

    /// <summary>Room for a frame, which leaves with the next <see cref="Flush"/>.</summary>
    public Span<byte> Next()
    {
        if (_count == Slots)
            Flush();
        return new(_frames + (_count++ * FrameLength), FrameLength);
    }

    /// <summary>What a link does not take is lost, as on any link.</summary>
    public void Flush()
    {
        if (_count > 0)
            _ = PacketSocket.sendmmsg(_socket, _messages, (uint)_count, 0);
        _count = 0;
    }
}
