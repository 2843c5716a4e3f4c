using System.Text.Json;
using TaskMesh.Core.Filtering;
using TaskMesh.Core.Recon;

namespace TaskMesh.Core.Ports;

/// <summary>The recon models of the task's organisation. Writes are fenced, idempotent and set-based.</summary>
public interface IReconData
{
    /// <summary>Inserts new rows and refreshes known ones: the same rows twice change nothing but last_seen.</summary>
    Task<UpsertCount> UpsertAsync(ReconModel model, IReadOnlyList<JsonElement> rows, CancellationToken cancellation);

    /// <summary>Rows in the order of their key.</summary>
    Task<IReadOnlyList<JsonElement>> ListAsync(ReconModel model, ReconQuery query, CancellationToken cancellation);

    /// <summary>For each row whether its key is known and not gone.</summary>
    Task<IReadOnlyList<bool>> AreKnownAsync(ReconModel model, IReadOnlyList<JsonElement> rows, CancellationToken cancellation);

    /// <summary>The database's time, by which the beginning of an observation is remembered.</summary>
    Task<DateTimeOffset> NowAsync(CancellationToken cancellation);

    /// <summary>Endpoints of an area that was wholly observed, and that nobody has seen since the observation began, are gone.</summary>
    /// <returns>How many.</returns>
    Task<int> MarkGoneAsync(ObservedArea area, DateTimeOffset since, CancellationToken cancellation);
}

/// <param name="Filter">Bound to the model.</param>
/// <param name="Gone">Whether rows that are gone are listed too.</param>
public sealed record ReconQuery(int Limit, Filter? Filter = null, bool Gone = false);

/// <param name="Changed">Rows that were known and are described otherwise now, or are back.</param>
/// <param name="Refreshed">Rows of which only last_seen moved.</param>
public sealed record UpsertCount(int Inserted, int Changed, int Refreshed);
