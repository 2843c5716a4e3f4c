using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Ports;

/// <summary>Which servers to ask for their certificates, and for which names.</summary>
/// <param name="Targets">Each is asked for every one of <paramref name="Names"/>, or without a name where there are none.</param>
/// <param name="Named">Addresses that are asked for one name each; an address may come again with another one.</param>
/// <param name="PacketsPerSecond">Packets sent per second, whatever they are for.</param>
/// <param name="Retries">Further connection requests to a port that did not answer.</param>
/// <param name="Seed">Fixes order and cookies.</param>
public sealed record TlsScanPlan(
    AddressSet Targets,
    IReadOnlyList<string> Names,
    IReadOnlyList<NamedAddress> Named,
    PortSet Ports,
    int PacketsPerSecond,
    int Retries,
    ulong Seed)
{
    /// <summary>"none", "smtp", "imap" or "pop3"; "auto" goes by the port.</summary>
    public string StartTls { get; init; } = "auto";

    /// <summary>Whether servers are also asked what versions and ciphers they accept.</summary>
    public bool Ciphers { get; init; }

    /// <summary>How long a server may take, from its connection to its certificate.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Which part of the order to scan.</summary>
    public ScanShard Shard { get; init; } = ScanShard.Whole;

    /// <summary>Where an earlier attempt had come to.</summary>
    public ScanCheckpoint? ResumeAt { get; init; }

    /// <summary>How packets leave: "pcap", "packet" or "xdp"; null for what suits the rate.</summary>
    public string? Wire { get; init; }

    /// <summary>Everything that gets a packet.</summary>
    public AddressSet Addresses => Targets.Union(new(Named.Select(each => new AddressRange(each.Address, each.Address))));
}

/// <summary>A host by an address that a name led to.</summary>
/// <param name="Name">In its normal form.</param>
public readonly record struct NamedAddress(string Name, Address Address);
