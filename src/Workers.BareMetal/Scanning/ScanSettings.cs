using TaskMesh.Core.Configuration;
using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning;

/// <summary>How scans of this worker leave it.</summary>
/// <param name="SourceAddress">
/// What probes are sent from over IPv4, or null for the interface's own address. Answers for an address that the kernel does not own must be
/// sent here by the next hop.
/// </param>
/// <param name="Record">A capture file that gets everything sent and received.</param>
/// <param name="Replay">A capture file that answers in the place of the network: nothing is sent.</param>
/// <param name="Interface">The one by which packets may leave; null for any.</param>
public sealed record ScanSettings(Address? SourceAddress, string? Record = null, string? Replay = null, string? Interface = null)
{
    public static ScanSettings Read(SettingsReader reader) => new(reader.IPv4Address("TASKMESH_BARE_METAL_SOURCE_ADDRESS"));
}
