using TaskMesh.Core.Recon;

namespace TaskMesh.ScanHost;

/// <summary>What the scan found, and what it took.</summary>
/// <param name="Findings">"address port state", sorted.</param>
public sealed record ScanReport(
    ScanCoverage Coverage, IReadOnlyList<string> Findings, double Seconds, double CpuSeconds, long PeakMemory, long Allocated);
