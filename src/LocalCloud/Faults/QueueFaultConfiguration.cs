namespace TaskMesh.LocalCloud.Faults;

/// <summary>What SQS may do to its clients, as shares from 0 to 1. All of it is what AWS says of standard queues or what networks do.</summary>
public sealed record QueueFaultConfiguration
{
    /// <summary>Of messages sent: they are delivered twice or thrice.</summary>
    public double Duplicates { get; init; }

    /// <summary>Of messages sent: they come later than asked, behind those that were sent after them.</summary>
    public double Delays { get; init; }

    public double LongestDelaySeconds { get; init; } = 60;

    /// <summary>Of messages deleted: the answer is success and the message stays, as with a receipt handle that is stale.</summary>
    public double LostDeletes { get; init; }

    /// <summary>Of requests about messages: they are carried out, and the connection ends before the answer.</summary>
    public double LostReplies { get; init; }

    /// <summary>Of the entries of a batch: they fail for no fault of the sender, and their neighbours do not.</summary>
    public double FailedEntries { get; init; }

    /// <summary>Of one queue, about: with more of them received and not deleted, a receive that does not wait fails with OverLimit.</summary>
    public int MostInFlight { get; init; } = 120_000;

    public IEnumerable<string> Problems()
    {
        (string Name, double Share)[] shares =
        [
            ("duplicates", Duplicates), ("delays", Delays), ("lostDeletes", LostDeletes), ("lostReplies", LostReplies),
            ("failedEntries", FailedEntries),
        ];
        foreach (var (name, share) in shares)
        {
            if (share is not (>= 0 and <= 1))
                yield return $"faults: queues: {name} {share} is not from 0 to 1";
        }
        if (MostInFlight < 1)
            yield return $"faults: queues: mostInFlight {MostInFlight} is not above 0";
        if (LongestDelaySeconds is not (>= 0 and <= 43_200))
            yield return $"faults: queues: longestDelaySeconds {LongestDelaySeconds} is not from 0 to 43200";
    }
}
