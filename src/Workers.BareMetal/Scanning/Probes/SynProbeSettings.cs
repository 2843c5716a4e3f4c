using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Probes;

/// <summary>How connection requests leave and what is made of the answers.</summary>
/// <param name="SourceV4">Null where no target is of this family.</param>
/// <param name="Seed">Of the cookies.</param>
/// <param name="SendsResets">Whether the probe resets what it opened half. Not where the kernel does so by itself.</param>
/// <param name="ReadsResets">False leaves closed ports in the kernel: they cost nothing there, and count as no answer.</param>
/// <param name="ReportClosed">Whether closed and filtered ports are findings too.</param>
/// <param name="PortThreshold">A host with more open ports than this answers on all: no more of them are findings.</param>
public sealed record SynProbeSettings(
    Address? SourceV4,
    Address? SourceV6,
    ushort SourcePort,
    ulong Seed,
    bool SendsResets = false,
    bool ReadsResets = true,
    bool ReportClosed = false,
    int PortThreshold = SynProbeSettings.DefaultPortThreshold)
{
    /// <summary>More than services need, less than a tarpit gives.</summary>
    public const int DefaultPortThreshold = 256;

    /// <summary>Hosts of which that is known already.</summary>
    public IReadOnlyList<Address> AllPortsOpen { get; init; } = [];
}
