using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Probes;

/// <summary>How questions to resolvers leave.</summary>
/// <param name="SourceV4">Null where no resolver is of this family.</param>
/// <param name="FirstPort">The first of <see cref="DnsProbe.Ports"/> source ports.</param>
/// <param name="Seed">Of ids, ports and letter cases; not to be guessed.</param>
/// <param name="Window">How many questions may be open at once.</param>
public sealed record DnsProbeSettings(Address? SourceV4, Address? SourceV6, ushort FirstPort, ulong Seed, int Window);
