namespace TaskMesh.LocalCloud.Configuration;

/// <summary>What goes wrong with calls of EC2: with those that match, counted from 1.</summary>
public sealed record Ec2Fault
{
    /// <summary>"Template" as type or subnet: the call names none.</summary>
    public const string OfTemplate = "template";

    /// <summary>An operation, or <see cref="Boot"/>: then the code is <see cref="BootFails"/> or <see cref="BootHangs"/>.</summary>
    public const string Boot = "Boot";

    public const string BootFails = "fails";
    public const string BootHangs = "hangs";

    public string Operation { get; init; } = "RunInstances";

    /// <summary>EC2's error code; null if the call succeeds.</summary>
    public string? Code { get; init; }

    public string? InstanceType { get; init; }

    public string? Subnet { get; init; }

    /// <summary>"spot" or "on-demand".</summary>
    public string? Market { get; init; }

    public int From { get; init; } = 1;

    /// <summary>How many calls from there on; null for all.</summary>
    public int? Count { get; init; }

    /// <summary>Of the calls from there on, from 0 to 1, drawn by the seed; 1 is all.</summary>
    public double Share { get; init; } = 1;

    /// <summary>Whether the call does what it was asked for although it says no.</summary>
    public bool TakesEffect { get; init; }

    /// <summary>Whether the connection ends before the answer.</summary>
    public bool ReplyLost { get; init; }
}
