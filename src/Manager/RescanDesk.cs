using Npgsql;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>
/// Refuses scans that an organisation has submitted shortly before, where it wants that. What has failed, or whose collection has, may come
/// again: a generator has succeeded when it has made its shards, whatever becomes of them.
/// </summary>
internal sealed class RescanDesk(RescanStore store, IReadOnlyDictionary<string, OrganisationLimits> limits)
{
    private readonly Dictionary<(string Organisation, string Digest), Guid> _taken = [];
    private readonly List<(Guid Task, string Organisation, byte[] Digest)> _accepted = [];
    private IReadOnlyDictionary<Guid, DateTime> _recent = new Dictionary<Guid, DateTime>();

    /// <param name="plans">That are new.</param>
    public static async Task<RescanDesk> OpenAsync(
        NpgsqlConnection connection,
        IEnumerable<CollectionPlan> plans,
        IReadOnlyDictionary<string, OrganisationLimits> limits,
        CancellationToken cancellation)
    {
        var store = new RescanStore(connection);
        var desk = new RescanDesk(store, limits);
        (Guid, string, byte[], TimeSpan)[] scans =
        [
            .. from plan in plans.DistinctBy(plan => plan.Id)
               from scan in desk.Scans(plan)
               select (scan.Task.Id, plan.Organisation, scan.Digest, limits[plan.Organisation].RescanInterval!.Value),
        ];
        if (scans.Length == 0)
            return desk;
        await store.LockAsync(cancellation);
        desk._recent = await store.RecentAsync(scans, cancellation);
        return desk;
    }

    /// <summary>Why a submission is refused, in a sentence; null if it is not, and then its scans are taken note of.</summary>
    public string? Problem(CollectionPlan plan)
    {
        var scans = Scans(plan).Select(scan => (scan.Task, scan.Digest, Key: (plan.Organisation, Convert.ToHexString(scan.Digest)))).ToArray();
        foreach (var (task, _, key) in scans)
        {
            var isRecent = _recent.TryGetValue(task.Id, out var at);
            if (isRecent || (_taken.TryGetValue(key, out var other) && other != plan.Id))
                return limits[plan.Organisation].RescanProblem(plan.Organisation, task, isRecent ? at : null);
        }
        foreach (var (task, digest, key) in scans)
        {
            if (_taken.TryAdd(key, plan.Id))
                _accepted.Add((task.Id, plan.Organisation, digest));
        }
        return null;
    }

    public Task RememberAsync(CancellationToken cancellation) =>
        _accepted.Count == 0 ? Task.CompletedTask : store.RememberAsync(_accepted, cancellation);

    private IEnumerable<(TaskPlan Task, byte[] Digest)> Scans(CollectionPlan plan) =>
        limits[plan.Organisation].RescanInterval is null ? [] : ScanDigest.Of(plan);
}
