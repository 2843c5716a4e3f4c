using System.Text.Json;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;

namespace TaskMesh.Workers.BareMetal.OneShot;

/// <summary>Without a mesh there are no models to keep: what was found is printed.</summary>
internal sealed class NoReconData : IReconData
{
    public Task<UpsertCount> UpsertAsync(ReconModel model, IReadOnlyList<JsonElement> rows, CancellationToken cancellation) =>
        Task.FromResult(new UpsertCount(Inserted: 0, Refreshed: 0));

    public Task<IReadOnlyList<JsonElement>> ListAsync(ReconModel model, int limit, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<JsonElement>>([]);
}
