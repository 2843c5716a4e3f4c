using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Recon;

/// <summary>What a probe of one port ended in.</summary>
public enum PortState
{
    /// <summary>SYN-ACK.</summary>
    Open,

    /// <summary>RST.</summary>
    Closed,

    /// <summary>Nothing came back after the last retry.</summary>
    NoAnswer,
}

public readonly record struct PortFinding(Address Address, ushort Port, PortState State);

/// <summary>How every planned (target, port) ended: the parts add up to the plan.</summary>
/// <param name="NotSent">Not asked, or not often enough to say that it does not answer; the reason stands beside it.</param>
/// <param name="IsComplete">Whether everything that could be asked was asked to the end. A scan that is not complete has failed.</param>
/// <param name="RepliesLost">Packets that came in faster than they were read: with more than none, NoAnswer may be too high.</param>
/// <param name="Wire">How packets left.</param>
public sealed record ScanCoverage(
    long Planned,
    long Open,
    long Closed,
    long NoAnswer,
    long OutOfScope,
    long NotSent,
    string? NotSentReason,
    bool IsComplete,
    long PacketsSent,
    long RepliesLost,
    string Wire);
