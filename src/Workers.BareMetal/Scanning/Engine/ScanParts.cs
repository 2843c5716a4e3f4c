using TaskMesh.Workers.BareMetal.Scanning.Probes;
using TaskMesh.Workers.BareMetal.Scanning.Wire;

namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>What the threads of one scan share.</summary>
/// <param name="First">The first question that is asked.</param>
/// <param name="End">The one behind the last.</param>
public sealed record ScanParts<TFinding>(
    IWire Wire,
    IProbe<TFinding> Probe,
    ulong First,
    ulong End,
    ProbeWindow Window,
    PacketOutbox Outbox,
    TargetGate Gate,
    RoundTrips Trips,
    ScanTally Tally,
    ScanPace Pace,
    PacketAllowance Allowance,
    TimeProvider Clock);
