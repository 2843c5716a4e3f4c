namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>How fast a scan asks, how often, and how long it listens.</summary>
/// <param name="PacketsPerSecond">Probes sent per second, retries included; at least 1.</param>
/// <param name="Retries">Further probes for a port that did not answer.</param>
public sealed record ScanPace(int PacketsPerSecond, int Retries)
{
    private static readonly TimeSpan LongestRetryPause = TimeSpan.FromSeconds(4);

    /// <summary>Between the first two probes of a port; doubled from then on, so that a loss that lasts a while does not take all of them.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long answers are waited for after the last probe.</summary>
    public TimeSpan CoolDown { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many probes share one bitmap.</summary>
    public int WindowProbes { get; init; } = ProbeWindow.LargestCapacity;

    /// <param name="attempt">0 for the first probe of each port.</param>
    public TimeSpan RestAfter(int attempt)
    {
        if (attempt >= Retries)
            return CoolDown;
        var pause = RetryPause * Math.Pow(2, attempt);
        return pause < LongestRetryPause ? pause : LongestRetryPause;
    }
}
