namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>
/// How packets leave. A packet begins at its IP header and is written into a slot; what the link needs before it is the transmitter's affair.
/// One thread uses it.
/// </summary>
public interface ITransmit : IDisposable
{
    /// <summary>As results name it.</summary>
    string Name { get; }

    /// <summary>How many packets can be made ready before they are sent.</summary>
    int Slots { get; }

    /// <summary>Room for the largest packet. What stood there before is undefined.</summary>
    Span<byte> Packet(int slot);

    /// <summary>Sends the packets of slots in order until one is refused: how many left, and why the next one did not.</summary>
    /// <param name="lengths">Of the packets, from that of <paramref name="firstSlot"/> on.</param>
    int Send(int firstSlot, ReadOnlySpan<int> lengths, out string? error);
}
