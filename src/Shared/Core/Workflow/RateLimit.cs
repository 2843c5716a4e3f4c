using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace TaskMesh.Core.Workflow;

/// <summary>How much a provider or another outside bears: in any time t at most burst + rate x t attempts are sent to workers.</summary>
/// <param name="Bucket">Whom it counts for: one name for each API key.</param>
/// <param name="Burst">How many may start at once after a pause.</param>
public sealed record RateLimit(string Bucket, double PerSecond, int Burst)
{
    /// <summary>A provider without a limit of its own still gets peace when it asks for it.</summary>
    private const int Unlimited = 10_000;

    public static RateLimit None(string bucket) => new(bucket, Unlimited, Unlimited);

    /// <param name="text">"crt.sh=60/1m" or, with a burst, "crt.sh=60/1m:5"; without one a second's worth.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out RateLimit? limit)
    {
        limit = null;
        if (text.Split('=') is not [{ Length: > 0 } bucket, var rate] || rate.Split(':') is not [var perTime, .. var more] || more.Length > 1)
            return false;
        if (perTime.Split('/') is not [var countText, var timeText] || !TryCount(countText, out var count)
            || !Duration.TryParse(timeText, out var time) || time <= TimeSpan.Zero)
            return false;
        var perSecond = count / time.TotalSeconds;
        var burst = (int)Math.Clamp(Math.Floor(perSecond), 1, Unlimited);
        if (more.Length == 1 && !TryCount(more[0], out burst))
            return false;
        limit = new RateLimit(bucket, perSecond, burst);
        return true;
    }

    private static bool TryCount(string text, out int count) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count is > 0 and <= 1_000_000;
}
