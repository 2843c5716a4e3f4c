namespace TaskMesh.Proof.Simulation;

/// <summary>
/// The one thread on which all simulated processes take turns. It knows when all of them wait for the virtual clock: then and only then may that
/// clock move. What really happens outside, in PostgreSQL, is waited for.
/// </summary>
internal sealed class Pump : SynchronizationContext
{
    /// <summary>No statement of a simulation takes longer.</summary>
    private static readonly TimeSpan OutsideLimit = TimeSpan.FromSeconds(60);

    private readonly Queue<(SendOrPostCallback Call, object? State)> _ready = new();
    private int _outside;

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_ready)
        {
            _ready.Enqueue((d, state));
            Monitor.Pulse(_ready);
        }
    }

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Does what really takes time.</summary>
    public async Task<T> OutsideAsync<T>(Func<Task<T>> work)
    {
        _outside++;
        try
        {
            return await work();
        }
        finally
        {
            _outside--;
        }
    }

    /// <summary>Within <see cref="OutsideAsync"/>: waits for what only the virtual clock can bring.</summary>
    public async Task InsideAsync(Func<Task> wait)
    {
        _outside--;
        try
        {
            await wait();
        }
        finally
        {
            _outside++;
        }
    }

    public void RunUntilQuiet()
    {
        while (Next() is { } next)
            next.Call(next.State);
    }

    private (SendOrPostCallback Call, object? State)? Next()
    {
        lock (_ready)
        {
            while (_ready.Count == 0)
            {
                if (_outside == 0)
                    return null;
                if (!Monitor.Wait(_ready, OutsideLimit))
                    throw new TimeoutException($"{_outside} calls did not come back within {OutsideLimit.TotalSeconds} s.");
            }
            return _ready.Dequeue();
        }
    }
}
