using TaskMesh.Core.Configuration;
using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning;

/// <summary>How scans of this worker leave it.</summary>
/// <param name="SourceAddress">
/// What probes are sent from, or null for the interface's own address. An address that the kernel does not own keeps it from answering
/// SYN-ACKs with a RST of its own; the next hop must send answers for it here.
/// </param>
public sealed record ScanSettings(Address? SourceAddress)
{
    public static ScanSettings Read(SettingsReader reader) => new(reader.IPv4Address("TASKMESH_BARE_METAL_SOURCE_ADDRESS"));
}
