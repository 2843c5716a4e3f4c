using System.Collections.Concurrent;
using TaskMesh.Core.Ports;

namespace TaskMesh.Core.Execution;

/// <summary>
/// Keeps the leases of running tasks alive, one set-based call for all of them at a third of the lease, and asks in between which of them must
/// end. A task whose lease is lost (taken over, cancelled, its container closed) is told to stop; its late writes would change nothing anyway.
/// One that may not send for now is told to save its position, and is halted if it has not ended when that is asked again.
/// </summary>
/// <param name="watch">How often is asked; what is cancelled runs at most that long.</param>
/// <param name="blind">How long the database may not answer before nothing may be sent any more; null where nothing is sent.</param>
/// <remarks>While the database cannot be reached leases hold: none expires within one lease of PostgreSQL's start.</remarks>
public sealed class LeaseKeeper(ITaskLeases leases, TimeSpan watch, TimeSpan? blind, TimeProvider clock)
{
    /// <summary>
    /// Lease and message visibility, by the database's clock. Short, so that a task runs elsewhere within 30 s, even when two workers die with it.
    /// </summary>
    public static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(12);

    public static readonly TimeSpan Heartbeat = LeaseTime / 3;

    private readonly ConcurrentDictionary<Lease, Held> _held = new();
    private long _lastAnswer = clock.GetTimestamp();

    public Held Hold(Lease lease)
    {
        var held = new Held(this, lease);
        _held[lease] = held;
        return held;
    }

    /// <summary>Runs until <paramref name="stopping"/>; one of these per worker process.</summary>
    /// <param name="beat">Called after each renewal with the leases still held: the place to extend message visibility.</param>
    public Task KeepAsync(Func<IReadOnlySet<Guid>, Task> beat, Action<Exception> failed, CancellationToken stopping) => Task.WhenAll(
        RepeatAsync(Heartbeat, async () => await beat(await RenewAsync(stopping)), failed, stopping),
        RepeatAsync(watch, () => LookAsync(stopping), failed, stopping));

    /// <summary>Renews every lease held once.</summary>
    public async Task<IReadOnlySet<Guid>> RenewAsync(CancellationToken cancellation)
    {
        var asked = Asked();
        if (asked.Length == 0)
            return new HashSet<Guid>();
        var alive = await leases.RenewAsync(asked, cancellation);
        foreach (var lease in asked.Where(lease => !alive.Contains(lease.Task)))
            Stop(lease, StopCause.Lost);
        return alive;
    }

    /// <summary>Asks once which of the running tasks must end.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        var asked = Asked();
        if (asked.Length == 0)
        {
            _lastAnswer = clock.GetTimestamp();
            return;
        }
        try
        {
            var stops = await leases.StopsAsync(asked, cancellation).WaitAsync(blind ?? LeaseTime, clock, cancellation);
            _lastAnswer = clock.GetTimestamp();
            foreach (var lease in asked)
            {
                if (stops.TryGetValue(lease.Task, out var cause))
                    Stop(lease, cause);
            }
        }
        catch (Exception) when (clock.GetElapsedTime(_lastAnswer) >= blind)
        {
            foreach (var lease in asked)
                Stop(lease, StopCause.Unknown);
            throw;
        }
    }

    private Lease[] Asked() => [.. _held.Keys.OrderBy(lease => lease.Task)];

    private void Stop(Lease lease, StopCause cause)
    {
        if (_held.TryGetValue(lease, out var held))
            held.End(cause);
    }

    private async Task RepeatAsync(TimeSpan interval, Func<Task> step, Action<Exception> failed, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(interval, clock);
        while (await NextAsync(timer, stopping))
        {
            try
            {
                await step();
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                // It was under way when the last task ended, and what it fails of must not keep the task from being reported.
            }
            catch (Exception e)
            {
                failed(e);
            }
        }
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
    public sealed class Held(LeaseKeeper keeper, Lease lease) : IDisposable
    {
        private readonly CancellationTokenSource _lost = new();
        private readonly CancellationTokenSource _asked = new();
        private readonly CancellationTokenSource _halted = new();

        /// <summary>Why it must end; null while it may go on.</summary>
        public StopCause? Cause { get; private set; }

        /// <summary>Nobody waits for this attempt any more.</summary>
        public CancellationToken Lost => _lost.Token;

        /// <summary>It is asked to save its position and yield.</summary>
        public CancellationToken Asked => _asked.Token;

        /// <summary>It was asked and did not heed.</summary>
        public CancellationToken Halted => _halted.Token;

        public void Dispose()
        {
            keeper._held.TryRemove(lease, out _);
            _lost.Dispose();
            _asked.Dispose();
            _halted.Dispose();
        }

        internal void End(StopCause cause)
        {
            try
            {
                Cause ??= cause;
                // A straggler may take its time: nothing is wrong with what it sends until then.
                (cause == StopCause.Lost ? _lost : _asked.IsCancellationRequested && cause != StopCause.Straggler ? _halted : _asked).Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It has just ended by itself.
            }
        }
    }
}
