namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>An interface of this machine: what leaves by one of several ways, what comes in by SharpPcap always.</summary>
public sealed class KernelWire(LinkCapture capture, ITransmit transmit, int interfaceIndex) : IWire
{
    private readonly Link _link = KernelNetwork.LinkOf(interfaceIndex);

    public string Name => transmit.Name;

    public int Slots => transmit.Slots;

    public long RepliesLost => capture.Dropped;

    public Span<byte> Packet(int slot) => transmit.Packet(slot);

    public int Send(int firstSlot, ReadOnlySpan<int> lengths, out string? error) => transmit.Send(firstSlot, lengths, out error);

    public bool TryReceive(out ReadOnlySpan<byte> packet)
    {
        while (capture.TryReceive(out var frame))
        {
            if (frame.Length <= capture.LinkHeaderLength)
                continue;
            packet = frame[capture.LinkHeaderLength..];
            return true;
        }
        packet = default;
        return false;
    }

    public void WaitForReply(TimeSpan limit) => capture.Wait(limit);

    /// <summary>Packets sent into a link that is down are lost without an error, so the link itself is asked, and how often it went.</summary>
    public string? Problem()
    {
        if (capture.Error is { } error)
            return $"{_link.Name} cannot be received from: {error}.";
        try
        {
            var now = KernelNetwork.LinkOf(interfaceIndex);
            return !now.IsUp ? $"{_link.Name} is down."
                : now.CarrierChanges != _link.CarrierChanges ? $"{_link.Name} went down for a moment."
                : null;
        }
        catch (IOException)
        {
            return $"{_link.Name} is gone.";
        }
    }

    public void Dispose()
    {
        transmit.Dispose();
        capture.Dispose();
    }
}
