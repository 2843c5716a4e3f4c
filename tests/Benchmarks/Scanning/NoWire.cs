using TaskMesh.Workers.BareMetal.Scanning.Wire;

namespace TaskMesh.Benchmarks.Scanning;

/// <summary>A wire that leads nowhere: packets are built and counted, and nobody answers.</summary>
internal sealed class NoWire : IWire
{
    private const int Room = 64;

    private readonly byte[] _packets = new byte[64 * Room];

    public long Sent { get; private set; }

    public string Name => "none";

    public int Slots => 64;

    public long RepliesLost => 0;

    public long AllowanceExceeded => 0;

    public Span<byte> Packet(int slot) => _packets.AsSpan(slot * Room, Room);

    public int Send(int firstSlot, ReadOnlySpan<int> lengths, out string? error)
    {
        error = null;
        Sent += lengths.Length;
        return lengths.Length;
    }

    public bool TryReceive(out ReadOnlySpan<byte> packet)
    {
        packet = default;
        return false;
    }

    public void WaitForReply(TimeSpan limit) => Thread.Sleep(limit);

    public string? Problem() => null;

    public void Dispose()
    {
    }
}
