using System.Text.Json;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;

namespace TaskMesh.Unit.Shared.Tasks.Scans;

/// <summary>Remembers what was marked as gone.</summary>
internal sealed class ScanRecon : IReconData
{
    public static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    public List<(ObservedArea, DateTimeOffset)> Gone { get; } = [];

    public Task<DateTimeOffset> NowAsync(CancellationToken cancellation) => Task.FromResult(Start);

    public Task<int> MarkGoneAsync(ObservedArea area, DateTimeOffset since, CancellationToken cancellation)
    {
        Gone.Add((area, since));
        return Task.FromResult(0);
    }

    public Task<UpsertCount> UpsertAsync(
        ReconModel model, IReadOnlyList<JsonElement> rows, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>Rows of DNS records.</summary>
    public IReadOnlyList<JsonElement> Records { get; set; } = [];

    public Task<IReadOnlyList<JsonElement>> ListAsync(ReconModel model, ReconQuery query, CancellationToken cancellation)
    {
        Assert.Equal(ReconModel.DnsRecord, model);
        Assert.NotNull(query.Filter);
        return Task.FromResult(Records);
    }

    public Task<IReadOnlyList<bool>> AreKnownAsync(
        ReconModel model, IReadOnlyList<JsonElement> rows, CancellationToken cancellation) => throw new NotSupportedException();
}
