using System.Runtime.InteropServices;

namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>Ethernet frames through a packet socket (packet(7)), many to a system call (sendmmsg(2)), past the interface's queue.</summary>
public sealed unsafe class PacketTransmit : ITransmit
{
    private const int SlotCount = 64;
    private const int SendBufferBytes = 16 * 1024 * 1024;

    private readonly EthernetHeader _header;
    private readonly int _room;
    private readonly int _largestPacket;
    private readonly int _socket;
    private readonly byte* _frames;
    private readonly LibC.Buffer* _buffers;
    private readonly LibC.Message* _messages;

    /// <exception cref="IOException">The socket cannot be had.</exception>
    public PacketTransmit(int interfaceIndex, EthernetHeader header, int largestPacket)
    {
        _header = header;
        _largestPacket = largestPacket;
        _room = EthernetHeader.FrameLength(largestPacket);
        _socket = LibC.Checked(LibC.socket(LibC.AfPacket, LibC.SockRaw | LibC.CloseOnExec, 0), "A packet socket");
        var address = new LibC.LinkAddress { Family = LibC.AfPacket, InterfaceIndex = interfaceIndex };
        var bufferBytes = SendBufferBytes;
        var one = 1;
        try
        {
            LibC.Checked(LibC.bind(_socket, &address, sizeof(LibC.LinkAddress)), "A packet socket");
            LibC.Checked(LibC.setsockopt(_socket, LibC.SolPacket, LibC.PacketQdiscBypass, &one, sizeof(int)), "PACKET_QDISC_BYPASS");
            // The kernel cuts this to its limit, and that is good enough.
            _ = LibC.setsockopt(_socket, LibC.SolSocket, LibC.SoSendBuffer, &bufferBytes, sizeof(int));
        }
        catch
        {
            _ = LibC.close(_socket);
            throw;
        }
        _frames = (byte*)NativeMemory.AllocZeroed(SlotCount, (nuint)_room);
        _buffers = (LibC.Buffer*)NativeMemory.AllocZeroed(SlotCount, (nuint)sizeof(LibC.Buffer));
        _messages = (LibC.Message*)NativeMemory.AllocZeroed(SlotCount, (nuint)sizeof(LibC.Message));
        for (var slot = 0; slot < SlotCount; slot++)
        {
            _buffers[slot].Bytes = _frames + (slot * _room);
            _messages[slot] = new() { Buffers = &_buffers[slot], BufferCount = 1 };
        }
    }

    public string Name => WireNames.Packet;

    public int Slots => SlotCount;

    public Span<byte> Packet(int slot) => new(_frames + (slot * _room) + EthernetHeader.Length, _largestPacket);

    public int Send(int firstSlot, ReadOnlySpan<int> lengths, out string? error)
    {
        for (var place = 0; place < lengths.Length; place++)
        {
            var slot = firstSlot + place;
            _buffers[slot].Length = EthernetHeader.FrameLength(lengths[place]);
            _header.Write(new(_frames + (slot * _room), _room));
        }
        var sent = LibC.sendmmsg(_socket, _messages + firstSlot, (uint)lengths.Length, 0);
        error = sent < 0 ? LibC.LastError : null;
        return Math.Max(sent, 0);
    }

    public void Dispose()
    {
        _ = LibC.close(_socket);
        NativeMemory.Free(_frames);
        NativeMemory.Free(_buffers);
        NativeMemory.Free(_messages);
    }
}
