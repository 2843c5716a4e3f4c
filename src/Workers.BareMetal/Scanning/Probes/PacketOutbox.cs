namespace TaskMesh.Workers.BareMetal.Scanning.Probes;

/// <summary>
/// Packets that answers call for, on their way from the receiver's thread to the sender's: a ring with one writer and one reader and no lock.
/// They leave in the sender's batches, count towards the rate, and are asked for by the scope like probes.
/// </summary>
public sealed class PacketOutbox(int largestPacket)
{
    private const int Capacity = 4096;

    private readonly byte[] _packets = new byte[Capacity * largestPacket];
    private readonly int[] _lengths = new int[Capacity];
    private uint _written;
    private uint _read;

    public bool IsEmpty => Volatile.Read(ref _written) == _read;

    /// <summary>Room for the next packet, which <see cref="Add"/> then sends; empty when there is none.</summary>
    public Span<byte> Next() => _written - Volatile.Read(ref _read) < Capacity ? Slot(_written) : [];

    /// <param name="length">Of the packet in the room that <see cref="Next"/> gave.</param>
    public void Add(int length)
    {
        _lengths[_written % Capacity] = length;
        Volatile.Write(ref _written, _written + 1);
    }

    /// <summary>Moves the oldest packet out; 0 when there is none.</summary>
    public int TryTake(Span<byte> packet)
    {
        if (IsEmpty)
            return 0;
        var length = _lengths[_read % Capacity];
        Slot(_read)[..length].CopyTo(packet);
        Volatile.Write(ref _read, _read + 1);
        return length;
    }

    private Span<byte> Slot(uint place) => _packets.AsSpan((int)(place % Capacity) * largestPacket, largestPacket);
}
