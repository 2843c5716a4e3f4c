using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Recon;

/// <summary>What a resolver knows of a name.</summary>
/// <param name="Records">In the order of the chain: aliases first.</param>
public sealed record DnsFinding(string Name, DnsType Type, IReadOnlyList<DnsRecord> Records, DnsChainEnd End, Address Resolver)
{
    /// <summary>The name below which every name has these records, or null.</summary>
    public string? Wildcard { get; init; }
}

/// <param name="TimeToLive">In seconds.</param>
/// <param name="Value">As a zone file writes it.</param>
public sealed record DnsRecord(string Owner, DnsType Type, uint TimeToLive, string Value);

/// <summary>Where following the aliases (CNAME) of a name ended.</summary>
public enum DnsChainEnd
{
    /// <summary>At records of the type that was asked for.</summary>
    Complete,

    /// <summary>At a name that has none of them.</summary>
    NoData,

    /// <summary>At a name that does not exist: whoever takes it gets what is sent to the first one.</summary>
    Dangling,

    /// <summary>At a name that was there before.</summary>
    Loop,

    /// <summary>After more aliases than anybody needs.</summary>
    TooLong,

    /// <summary>At a name that was not asked: it is out of scope, or its resolver does not answer.</summary>
    Unfinished,
}

/// <summary>How the questions that were answered ended; with those that were not they add up to the plan.</summary>
/// <param name="NoName">NXDOMAIN: there is no such name.</param>
/// <param name="NoData">The name exists, without such records.</param>
/// <param name="Malformed">Answers that no reader can read.</param>
public sealed record DnsCounts(long Found, long NoName, long NoData, long ServerFailure, long Refused, long Malformed)
{
    public static readonly DnsCounts None = new(0, 0, 0, 0, 0, 0);
}

/// <summary>What a scan of names tells besides its findings.</summary>
/// <param name="Queries">Questions asked besides those of the plan: of resolvers, over TCP, along aliases, for wildcards.</param>
public sealed record DnsCoverage(
    DnsCounts Counts, IReadOnlyList<ResolverReport> Resolvers, IReadOnlyList<DnsWildcard> Wildcards, long Queries)
{
    /// <summary>Names, each with a type, below which nobody could tell whether there is a wildcard.</summary>
    public IReadOnlyList<string> WildcardsUnknown { get; init; } = [];
}

/// <summary>What answered a random label below a name: proof that every name exists there.</summary>
public sealed record DnsWildcard(string Below, DnsType Type, string Proof, IReadOnlyList<string> Values);

/// <param name="State">"good", "silent", "lying" or "refusing", and in brackets what shows it.</param>
public sealed record ResolverReport(string Address, long Asked, long Answered, string State);
