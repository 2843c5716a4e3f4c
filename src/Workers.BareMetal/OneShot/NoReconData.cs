using System.Text.Json;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;

namespace TaskMesh.Workers.BareMetal.OneShot;

/// <summary>Without a mesh there are no models to keep: what was found is printed.</summary>
internal sealed class NoReconData(TimeProvider clock) : IReconData
{
    public Task<UpsertCount> UpsertAsync(ReconModel model, IReadOnlyList<JsonElement> rows, CancellationToken cancellation) =>
        Task.FromResult(new UpsertCount(Inserted: 0, Changed: 0, Refreshed: 0));

    public Task<IReadOnlyList<JsonElement>> ListAsync(ReconModel model, ReconQuery query, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<JsonElement>>([]);

    public Task<IReadOnlyList<bool>> AreKnownAsync(ReconModel model, IReadOnlyList<JsonElement> rows, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<bool>>(new bool[rows.Count]);

    public Task<DateTimeOffset> NowAsync(CancellationToken cancellation) => Task.FromResult(clock.GetUtcNow());

    public Task<int> MarkGoneAsync(ObservedArea area, DateTimeOffset since, CancellationToken cancellation) => Task.FromResult(0);
}
