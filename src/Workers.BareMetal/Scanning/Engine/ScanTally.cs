using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>How the targets of a scan ended so far. Each number has one thread that writes it.</summary>
public sealed class ScanTally
{
    private string? _failure;

    /// <summary>Why the scan ends before its end.</summary>
    public string? Failure => Volatile.Read(ref _failure);

    public long PacketsSent { get; set; }

    public long Open { get; set; }

    public long Closed { get; set; }

    public long NoAnswer { get; set; }

    public long OutOfScope { get; set; }

    /// <summary>Targets that no packet was sent to since the wire cannot reach them.</summary>
    public AddressSet Unreachable { get; set; } = AddressSet.Empty;

    /// <summary>The first reason stays.</summary>
    public void Fail(string reason) => Interlocked.CompareExchange(ref _failure, reason, null);

    /// <summary>What has not ended in another way was not asked, or not often enough to say that it does not answer.</summary>
    public ScanCoverage Coverage(long planned, string wire, long repliesLost) => new(
        planned,
        Open,
        Closed,
        NoAnswer,
        OutOfScope,
        NotSent: planned - Open - Closed - NoAnswer - OutOfScope,
        NotSentReason: Failure ?? (Unreachable.Count == 0 ? null : $"Addresses of this machine and of no machine are not asked: {Unreachable}."),
        IsComplete: Failure is null,
        PacketsSent,
        repliesLost,
        wire);
}
