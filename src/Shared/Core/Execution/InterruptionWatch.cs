namespace TaskMesh.Core.Execution;

/// <summary>Looks every five seconds whether the cloud wants the machine back.</summary>
/// <param name="look">What the cloud says; null if nothing.</param>
public sealed class InterruptionWatch(Func<CancellationToken, Task<string?>> look, TimeProvider clock)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <returns>The notice, as soon as there is one.</returns>
    public async Task<string> WaitAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (true)
        {
            if (await LookAsync(cancellation) is { } notice)
                return notice;
            await timer.WaitForNextTickAsync(cancellation);
        }
    }

    /// <summary>Nobody promises that the question is answered; the next one may be.</summary>
    private async Task<string?> LookAsync(CancellationToken cancellation)
    {
        try
        {
            return await look(cancellation);
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }
}
