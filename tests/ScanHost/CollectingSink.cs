using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;

namespace TaskMesh.ScanHost;

/// <summary>Keeps everything that a scan finds.</summary>
public sealed class CollectingSink : IScanSink<PortFinding>
{
    public List<PortFinding> Found { get; } = [];

    public List<ScanCheckpoint> Checkpoints { get; } = [];

    public Task FoundAsync(IReadOnlyList<PortFinding> findings, CancellationToken cancellation)
    {
        Found.AddRange(findings);
        return Task.CompletedTask;
    }

    public Task CheckpointAsync(ScanCheckpoint checkpoint, CancellationToken cancellation)
    {
        Checkpoints.Add(checkpoint);
        return Task.CompletedTask;
    }
}
