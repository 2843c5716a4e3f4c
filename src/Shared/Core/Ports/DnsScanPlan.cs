using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Ports;

/// <summary>Questions to resolvers: each type of each name, and of each word below each name.</summary>
/// <param name="Names">In normal form.</param>
/// <param name="QueriesPerSecond">Packets per second in all, retries included.</param>
/// <param name="Retries">Further questions where there is no answer, each to another resolver.</param>
/// <param name="Seed">Fixes the order, so that a scan can be repeated or resumed.</param>
public sealed record DnsScanPlan(
    IReadOnlyList<string> Names,
    IReadOnlyList<string> Words,
    IReadOnlyList<DnsType> Types,
    IReadOnlyList<Address> Resolvers,
    int QueriesPerSecond,
    int Retries,
    ulong Seed)
{
    /// <summary>Packets per second to each resolver.</summary>
    public int ResolverRate { get; init; } = int.MaxValue;

    /// <summary>Whether names that exist only since every name exists there are told from others.</summary>
    public bool FindsWildcards { get; init; } = true;

    /// <summary>Records that every honest resolver gives.</summary>
    public IReadOnlyList<KnownAnswer> KnownAnswers { get; init; } = [];

    /// <summary>Which part of the order to ask.</summary>
    public ScanShard Shard { get; init; } = ScanShard.Whole;

    /// <summary>Where an earlier attempt had come to.</summary>
    public ScanCheckpoint? ResumeAt { get; init; }

    /// <summary>How packets leave: "pcap", "packet" or "xdp"; null for what suits the rate.</summary>
    public string? Wire { get; init; }
}

/// <param name="Values">All of them, as a zone file writes them; none where the name must not exist.</param>
public sealed record KnownAnswer(string Name, DnsType Type, IReadOnlyList<string> Values);
