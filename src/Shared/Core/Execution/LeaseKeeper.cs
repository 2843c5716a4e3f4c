using System.Collections.Concurrent;
using TaskMesh.Core.Ports;

namespace TaskMesh.Core.Execution;

/// <summary>
/// Keeps the leases of running tasks alive: one set-based call for all of them at a third of the lease. A task whose lease is lost
/// (taken over, cancelled, its container closed) is told to stop; its late writes would change nothing anyway.
/// </summary>
/// <remarks>While the database cannot be reached tasks go on: no lease expires within one lease of PostgreSQL's start.</remarks>
public sealed class LeaseKeeper(ITaskLeases leases, TimeProvider clock)
{
    /// <summary>Lease and message visibility, by the database's clock. Short, so that a killed worker's tasks run elsewhere within 30 s.</summary>
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(20);

    public static readonly TimeSpan Heartbeat = LeaseTime / 3;

    private readonly ConcurrentDictionary<Lease, CancellationTokenSource> _held = new();

    public Held Hold(Lease lease)
    {
        var lost = new CancellationTokenSource();
        _held[lease] = lost;
        return new Held(this, lease, lost);
    }

    /// <summary>Runs until <paramref name="stopping"/>; one of these per worker process.</summary>
    /// <param name="beat">Called after each renewal with the leases still held: the place to extend message visibility.</param>
    public async Task KeepAsync(Func<IReadOnlySet<Guid>, Task> beat, Action<Exception> failed, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Heartbeat, clock);
        while (await NextAsync(timer, stopping))
        {
            try
            {
                await beat(await RenewAsync(stopping));
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                failed(e);
            }
        }
    }

    /// <summary>Renews every lease held once.</summary>
    public async Task<IReadOnlySet<Guid>> RenewAsync(CancellationToken cancellation)
    {
        var asked = _held.Keys.OrderBy(lease => lease.Task).ToArray();
        if (asked.Length == 0)
            return new HashSet<Guid>();
        var alive = await leases.RenewAsync(asked, cancellation);
        foreach (var lease in asked.Where(lease => !alive.Contains(lease.Task)))
        {
            if (_held.TryGetValue(lease, out var lost))
                await lost.CancelAsync();
        }
        return alive;
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken stopping)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>A lease in use; letting go ends its renewal.</summary>
    public sealed class Held(LeaseKeeper keeper, Lease lease, CancellationTokenSource lost) : IDisposable
    {
        public CancellationToken Lost => lost.Token;

        public void Dispose()
        {
            keeper._held.TryRemove(lease, out _);
            lost.Dispose();
        }
    }
}
