namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>
/// How packets leave. A packet begins at its IP header and waits in a slot, where it is patched in place; what the link needs around it
/// was written once. One thread uses it.
/// </summary>
public interface ITransmit : IDisposable
{
    /// <summary>As results name it.</summary>
    string Name { get; }

    /// <summary>How many packets can be made ready before they are sent.</summary>
    int Slots { get; }

    Span<byte> Packet(int slot);

    /// <summary>Sends the packets of slots in order until one is refused: how many left, and why the next one did not.</summary>
    int Send(int firstSlot, int count, out string? error);
}
