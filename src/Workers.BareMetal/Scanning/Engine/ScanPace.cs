namespace TaskMesh.Workers.BareMetal.Scanning.Engine;

/// <summary>How fast a scan asks, how often, and how long it listens.</summary>
/// <param name="PacketsPerSecond">Everything sent per second, retries and resets included; at least 1.</param>
/// <param name="Retries">Further probes for a port that did not answer.</param>
public sealed record ScanPace(int PacketsPerSecond, int Retries)
{
    /// <summary>What the window is made for: retries, and answers that take their time. Slower ones make the scan slower, not wrong.</summary>
    private static readonly TimeSpan OpenTime = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan LongestRetryPause = TimeSpan.FromSeconds(4);

    /// <summary>Between the first two probes of a port; doubled from then on, so that a loss that lasts a while does not take all of them.</summary>
    public TimeSpan RetryPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long answers are waited for after the last probe, until it is known how long they take.</summary>
    public TimeSpan CoolDown { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many questions may be open at once; null for as many as the rate opens.</summary>
    public int? WindowProbes { get; init; }

    /// <summary>How long one target may be talked to, and its question be held.</summary>
    public TimeSpan LongestTalk { get; init; }

    /// <summary>The part of what a budget grants that is for the engine.</summary>
    public double Share { get; init; } = 1;

    public int Window => WindowProbes ?? (int)Math.Min(PacketsPerSecond * (OpenTime + LongestTalk).TotalSeconds, ProbeWindow.LargestCapacity);

    /// <summary>How long to wait before asking again; never less than answers have been seen to take.</summary>
    /// <param name="attempt">0 for the first probe of each port.</param>
    public TimeSpan PauseAfter(int attempt, TimeSpan? slowestAnswer)
    {
        var pause = RetryPause * Math.Pow(2, attempt);
        var answered = 1.5 * (slowestAnswer ?? TimeSpan.Zero);
        return pause < answered ? answered : pause < LongestRetryPause ? pause : LongestRetryPause;
    }
}
