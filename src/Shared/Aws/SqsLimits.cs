namespace TaskMesh.Aws;

/// <summary>What SQS allows (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html).</summary>
public static class SqsLimits
{
    /// <summary>Messages in one call that sends or receives.</summary>
    public const int BatchEntries = 10;

    /// <summary>Bytes of one message, and of all bodies in one call: 1 MiB.</summary>
    public const int BatchBytes = 1_048_576;

    /// <summary>How long a message may be hidden before its first receive.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(15);

    /// <summary>How long a receive may wait for the first message.</summary>
    public static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(20);

    /// <summary>How long a message may stay hidden, counted from its receive.</summary>
    public static readonly TimeSpan LongestVisibility = TimeSpan.FromHours(12);

    /// <summary>SQS counts in seconds; a part of one counts as a whole, so that nothing happens early.</summary>
    internal static int WholeSeconds(TimeSpan time, TimeSpan limit) => (int)Math.Ceiling(Math.Min(time.TotalSeconds, limit.TotalSeconds));
}
