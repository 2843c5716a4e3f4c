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

    /// <summary>A router or firewall says that it cannot be reached (ICMP).</summary>
    Filtered,
}

public readonly record struct PortFinding(Address Address, ushort Port, PortState State);

/// <summary>How every planned question, such as a (target, port), ended: the parts add up to the plan.</summary>
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
    string Wire)
{
    /// <summary>Reported unreachable by something on the way.</summary>
    public long Filtered { get; init; }

    /// <summary>Nobody who was asked could answer.</summary>
    public long Failed { get; init; }

    /// <summary>Packets that the interface refused and that were sent again.</summary>
    public long SendErrors { get; init; }

    /// <summary>Answers to questions that had been given up: with more than none, the waiting was too short.</summary>
    public long LateAnswers { get; init; }

    /// <summary>The share of packets that got lost, measured on what answered; null where it could not be measured.</summary>
    public double? Loss { get; init; }

    /// <summary>The share of what answers that was not found for that loss, by estimate; null where the loss is not known.</summary>
    public double? Missed { get; init; }

    /// <summary>Why what was not found may be there all the same, in one sentence each; none of a scan as good as scans are.</summary>
    public IReadOnlyList<string> Degraded { get; init; } = [];

    /// <summary>The lowest packets per second that the scan went down to.</summary>
    public long LowestRate { get; init; }

    /// <summary>Who resets the connections that were opened half, and why.</summary>
    public string? Resets { get; init; }

    /// <summary>Hosts that answer on all ports; their ports are not findings beyond the threshold.</summary>
    public IReadOnlyList<string> AllPortsOpen { get; init; } = [];

    /// <summary>What a scan of names found out besides the names.</summary>
    public DnsCoverage? Dns { get; init; }
}
