namespace TaskMesh.Core.Workflow;

/// <summary>Exponential back-off with full jitter, as in AWS's "Exponential Backoff And Jitter".</summary>
/// <param name="MaxFailures">The failure that ends the task.</param>
public sealed record RetryPolicy(int MaxFailures, TimeSpan FirstDelay, TimeSpan LongestDelay)
{
    public static RetryPolicy Default { get; } = new(5, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(10));

    public static RetryPolicy Never { get; } = new(1, TimeSpan.Zero, TimeSpan.Zero);

    /// <param name="failures">How often the task failed so far, at least 1.</param>
    /// <param name="fraction">A random number from 0 to 1: full jitter spreads retries over the whole delay.</param>
    public TimeSpan Delay(int failures, double fraction)
    {
        var ceiling = FirstDelay * Math.Pow(2, Math.Min(failures - 1, 30));
        return (ceiling < LongestDelay ? ceiling : LongestDelay) * fraction;
    }
}
