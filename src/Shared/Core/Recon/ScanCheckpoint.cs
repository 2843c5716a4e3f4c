namespace TaskMesh.Core.Recon;

/// <summary>How far a scan is for good, so that another attempt takes it up there and ends with the same result.</summary>
/// <param name="Index">Every question before this one is over: asked, asked again, and waited for.</param>
/// <param name="PacketsSent">By all attempts so far.</param>
public sealed record ScanCheckpoint(
    ulong Index, long Open, long Closed, long Filtered, long NoAnswer, long OutOfScope, long Unreachable, long PacketsSent)
{
    /// <summary>The place behind the last one of this scan: others may have taken what lies behind. Null where nobody has.</summary>
    public ulong? End { get; init; }

    /// <summary>Hosts found to answer on all ports.</summary>
    public IReadOnlyList<string> AllPortsOpen { get; init; } = [];

    /// <summary>Why what was not found so far may be there all the same, in one sentence each.</summary>
    public IReadOnlyList<string> Degraded { get; init; } = [];

    /// <summary>Questions that nobody who was asked could answer.</summary>
    public long Failed { get; init; }

    /// <summary>Of a scan of names.</summary>
    public DnsCounts? Dns { get; init; }
}
