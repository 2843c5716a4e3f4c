namespace TaskMesh.Core.Execution;

/// <summary>The ends of a machine that nobody signals: the cloud wants it back, or its longest life is over, whatever else is wrong.</summary>
/// <param name="look">What the cloud says, null if nothing; null where there is no cloud to ask.</param>
public sealed class LifeWatch(TimeSpan longest, Func<CancellationToken, Task<string?>>? look, TimeProvider clock)
{
    /// <returns>The cloud's notice; null when the longest life is over.</returns>
    public async Task<string?> WaitAsync(CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            var old = Task.Delay(longest, clock, either.Token);
            var wanted = look is null
                ? Task.Delay(Timeout.InfiniteTimeSpan, clock, either.Token)
                : new InterruptionWatch(look, clock).WaitAsync(either.Token);
            await await Task.WhenAny(old, wanted);
            return wanted is Task<string> { IsCompletedSuccessfully: true } notice ? await notice : null;
        }
        finally
        {
            await either.CancelAsync();
        }
    }
}
