namespace TaskMesh.Workers.BareMetal.Scanning.Wire;

/// <summary>An interface of this machine: what leaves by one of several ways, what comes in by SharpPcap always.</summary>
public sealed class KernelWire : IWire
{
    private readonly LinkCapture _capture;
    private readonly ITransmit _transmit;
    private readonly int _interfaceIndex;
    private readonly Link _link;
    private readonly DriverCounters _allowances;
    private readonly long _exceededBefore;

    public KernelWire(LinkCapture capture, ITransmit transmit, int interfaceIndex)
    {
        (_capture, _transmit, _interfaceIndex) = (capture, transmit, interfaceIndex);
        _link = KernelNetwork.LinkOf(interfaceIndex);
        _allowances = new(_link.Name, DriverCounters.AllowanceExceeded);
        _exceededBefore = _allowances.Sum();
    }

    public string Name => _transmit.Name;

    public int Slots => _transmit.Slots;

    public long RepliesLost => _capture.Dropped;

    public long AllowanceExceeded => Math.Max(_allowances.Sum() - _exceededBefore, 0);

    public Span<byte> Packet(int slot) => _transmit.Packet(slot);

    public int Send(int firstSlot, ReadOnlySpan<int> lengths, out string? error) => _transmit.Send(firstSlot, lengths, out error);

    public bool TryReceive(out ReadOnlySpan<byte> packet)
    {
        while (_capture.TryReceive(out var frame))
        {
            if (frame.Length <= _capture.LinkHeaderLength)
                continue;
            packet = frame[_capture.LinkHeaderLength..];
            return true;
        }
        packet = default;
        return false;
    }

    public void WaitForReply(TimeSpan limit) => _capture.Wait(limit);

    /// <summary>Packets sent into a link that is down are lost without an error, so the link itself is asked, and how often it went.</summary>
    public string? Problem()
    {
        if (_capture.Error is { } error)
            return $"{_link.Name} cannot be received from: {error}.";
        try
        {
            var now = KernelNetwork.LinkOf(_interfaceIndex);
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
        _transmit.Dispose();
        _capture.Dispose();
    }
}
