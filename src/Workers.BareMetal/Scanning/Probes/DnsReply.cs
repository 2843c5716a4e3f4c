using TaskMesh.Workers.BareMetal.Scanning.Dns;

namespace TaskMesh.Workers.BareMetal.Scanning.Probes;

/// <summary>A question that was answered.</summary>
/// <param name="Resolver">The number of who answered.</param>
/// <param name="Message">Where there are records to be read.</param>
public readonly record struct DnsReply(ulong Index, DnsOutcome Outcome, int Resolver, byte[]? Message);
