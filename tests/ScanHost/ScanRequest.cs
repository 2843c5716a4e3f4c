using TaskMesh.Core.Ports;

namespace TaskMesh.ScanHost;

/// <summary>A scan that a test wants done in a process of its own, where the network is another one.</summary>
public sealed record ScanRequest(string Targets, string Ports, ulong Seed, IReadOnlyList<string> Allow)
{
    public IReadOnlyList<string> Deny { get; init; } = [];

    public int PacketsPerSecond { get; init; } = 20_000;

    public int Retries { get; init; } = 2;

    public bool ReportClosed { get; init; } = true;

    public bool OpenOnly { get; init; }

    public int PortThreshold { get; init; } = 256;

    public string Shard { get; init; } = "1/1";

    public string? Wire { get; init; }

    public string? SourceAddress { get; init; }

    public string? Record { get; init; }

    public string? Replay { get; init; }

    /// <summary>Where the scan shares rates of packets with others; null for a scan by itself.</summary>
    public string? Database { get; init; }

    /// <summary>As what it shares them.</summary>
    public Lease? Attempt { get; init; }
}
