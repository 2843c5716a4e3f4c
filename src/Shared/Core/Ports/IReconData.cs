using System.Text.Json;
using TaskMesh.Core.Recon;

namespace TaskMesh.Core.Ports;

/// <summary>The recon models of the task's organisation. Writes are fenced, idempotent and set-based.</summary>
public interface IReconData
{
    /// <summary>Inserts new rows and refreshes known ones: the same rows twice change nothing but last_seen.</summary>
    Task<UpsertCount> UpsertAsync(ReconModel model, IReadOnlyList<JsonElement> rows, CancellationToken cancellation);

    /// <summary>Rows in the order of their key.</summary>
    Task<IReadOnlyList<JsonElement>> ListAsync(ReconModel model, int limit, CancellationToken cancellation);
}

public sealed record UpsertCount(int Inserted, int Refreshed);
