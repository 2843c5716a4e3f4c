namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>A way onto the network and back: one thread sends, another receives.</summary>
public interface IWire : ITransmit
{
    /// <summary>The next packet that came in, from its IP header on, valid until the next call. Never waits.</summary>
    bool TryReceive(out ReadOnlySpan<byte> packet);

    /// <summary>Returns when a packet may have come in, after <paramref name="limit"/> at the latest.</summary>
    void WaitForReply(TimeSpan limit);

    /// <summary>Packets that came in and were dropped since nobody read them in time.</summary>
    long RepliesLost { get; }

    /// <summary>Packets beyond the network allowance of this machine, which were delayed or dropped, since the wire was opened.</summary>
    long AllowanceExceeded { get; }

    /// <summary>Why packets may have been lost since the wire was opened, in one sentence, or null. Any thread may ask.</summary>
    string? Problem();
}
