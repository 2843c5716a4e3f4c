using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Workers.BareMetal.Scanning.Tcp;

/// <summary>What tells one connection of ours from another.</summary>
public readonly record struct FlowKey(ProbeTarget Target, ushort LocalPort);
