using TaskMesh.Core.Recon;

namespace TaskMesh.Core.Ports;

/// <summary>
/// Where a scan puts what it finds. Called from one thread at a time; while it waits, the scan goes on as far as its buffers reach.
/// </summary>
public interface IScanSink<TFinding>
{
    /// <summary>Each finding comes once. The list is used again when this returns.</summary>
    Task FoundAsync(IReadOnlyList<TFinding> findings, CancellationToken cancellation);

    /// <summary>About once a second: everything before the checkpoint is over, and what was found there has been handed over.</summary>
    Task CheckpointAsync(ScanCheckpoint checkpoint, CancellationToken cancellation);
}
