using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Probes;

/// <summary>What one probe asks: a port of an address.</summary>
public readonly record struct ProbeTarget(Address Address, ushort Port);
