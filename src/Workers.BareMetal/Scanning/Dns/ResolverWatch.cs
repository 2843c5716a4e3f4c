using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Workers.BareMetal.Scanning.Dns;

/// <summary>
/// Looks at the resolvers of a scan: at all before it begins, at those that are asked from time to time, and at those that were left out.
/// </summary>
/// <param name="unreachable">Those to which there is no way.</param>
internal sealed class ResolverWatch(ResolverPool pool, ResolverCheck check, AddressSet unreachable, TimeProvider clock)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>How long all resolvers may be silent before the scan is given up.</summary>
    private static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(15);

    /// <summary>How each of them does.</summary>
    public string States => string.Join("; ", pool.All.Select(each => $"{each.Address} is {each.Health.State}"));

    /// <summary>Leaves out those that lie or say nothing.</summary>
    public Task LookAsync(CancellationToken cancellation) => Parallel.ForEachAsync(pool.Active, cancellation, async (resolver, each) =>
    {
        resolver.Health = unreachable.Contains(resolver.Address)
            ? new(false, "not reachable")
            : await check.LookAsync(resolver, each);
        if (!resolver.Health.IsUsable)
            pool.LeaveOut(resolver);
    });

    /// <summary>Asks those that were left out what is known, and takes them back when they know it; until the scan ends.</summary>
    /// <param name="probe">Is told when asking on makes no sense.</param>
    public async Task LookAfterAsync(DnsProbe probe, CancellationToken ended)
    {
        long? silentSince = null;
        try
        {
            while (true)
            {
                await Task.Delay(LookInterval, clock, ended);
                // All at once, since one that is silent takes its time.
                await Task.WhenAll(pool.All.Except(pool.Active).Where(resolver => !resolver.Health.IsFinal).Select(async resolver =>
                {
                    resolver.Health = await check.LookAsync(resolver, ended);
                    if (resolver.Health.IsUsable)
                        pool.TakeBack(resolver);
                }));
                silentSince = pool.Active.Count > 0 ? null : silentSince ?? clock.GetTimestamp();
                var isHopeless = pool.All.All(resolver => resolver.Health.IsFinal);
                if (isHopeless || (silentSince is { } since && clock.GetElapsedTime(since) > SilenceLimit))
                    probe.Problem = $"No resolver can be used any more: {States}.";
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // The scan is over.
        }
    }
}
