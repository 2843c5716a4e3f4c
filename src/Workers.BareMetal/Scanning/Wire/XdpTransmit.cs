namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>
/// Ethernet frames through AF_XDP. At rates that one core does not reach, a second socket and thread send every other batch or so. Frames are used in
/// turn, so their number modulo that of the frames is where they lie: the kernel takes none for whose return it has no room in the completion ring,
/// and there are twice as many frames as that has entries.
/// </summary>
public sealed unsafe class XdpTransmit : ITransmit
{
    private const int SlotCount = 64;

    private readonly EthernetHeader _header;
    private readonly int _largestPacket;
    private readonly XdpSocket _socket;
    private readonly XdpSocket? _second;
    private readonly XdpHelper? _helper;
    private uint _next;
    private uint _helperFirst;
    private uint _helperEnd;

    /// <param name="threads">How many send, one or two.</param>
    /// <exception cref="IOException">The kernel, the interface or a limit does not allow it; the message says which.</exception>
    public XdpTransmit(int interfaceIndex, EthernetHeader header, int largestPacket, int threads)
    {
        if (EthernetHeader.FrameLength(largestPacket) > XdpSocket.FrameSize)
            throw new IOException($"AF_XDP takes frames of {XdpSocket.FrameSize} bytes, and this scan sends {largestPacket}.");
        _header = header;
        _largestPacket = largestPacket;
        _socket = new XdpSocket(interfaceIndex, SlotCount);
        try
        {
            if (threads > 1)
                _helper = new XdpHelper(_second = new XdpSocket(interfaceIndex, SlotCount, _socket));
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    public string Name => WireNames.Xdp;

    public int Slots => SlotCount;

    public Span<byte> Packet(int slot) => new(Frame(slot) + EthernetHeader.Length, _largestPacket);

    /// <summary>All or nothing: a ring always has room for one batch, since each is waited for.</summary>
    public int Send(int firstSlot, ReadOnlySpan<int> lengths, out string? error)
    {
        var helps = _helper is { IsIdle: true };
        if (helps && (error = _helper!.TryAgain()) is not null)
            return 0;
        if (!_socket.Flush(out error))
            return 0;
        var socket = helps ? _second! : _socket;
        for (var place = 0; place < lengths.Length; place++)
        {
            var frame = Frame(firstSlot + place);
            _header.Write(new(frame, (int)XdpSocket.FrameSize));
            socket.Add(frame, EthernetHeader.FrameLength(lengths[place]));
        }
        var first = _next;
        _next += (uint)lengths.Length;
        // What stays in a ring is sent by the next call, or refused by it.
        if (helps)
        {
            (_helperFirst, _helperEnd) = (first, _next);
            _helper!.Start();
        }
        else
        {
            socket.Flush(out _);
        }
        PassOverTheHelpers();
        return lengths.Length;
    }

    public void Dispose()
    {
        _helper?.Dispose();
        _socket.Dispose();
    }

    private byte* Frame(int slot) => _socket.Memory + ((_next + (uint)slot) % XdpSocket.FrameCount * XdpSocket.FrameSize);

    /// <summary>A helper that gets no core for a while holds its frames while the others go round.</summary>
    private void PassOverTheHelpers()
    {
        if (_helper is { IsIdle: false } && (_helperFirst - _next) % XdpSocket.FrameCount < SlotCount)
            _next += (_helperEnd - _next) % XdpSocket.FrameCount;
    }
}
