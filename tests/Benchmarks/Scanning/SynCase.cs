namespace TaskMesh.Benchmarks.Scanning;

/// <param name="OneCore">Every process pinned to one core.</param>
internal sealed record SynCase(string Name, Closed Closed, int Retries, bool OneCore, params string[] Peers)
{
    /// <summary>What the product takes at most, and more than any machine sends.</summary>
    public const int Unlimited = 10_000_000;

    public const int Port = 80;

    /// <summary>One host of 64 has the port open.</summary>
    public const uint OpenMask = 63;

    public string Targets { get; init; } = ScanBed.Targets;

    /// <summary>Packets per second.</summary>
    public int Rate { get; init; } = Unlimited;

    /// <summary>Percent of the packets.</summary>
    public int Loss { get; init; }
}

/// <summary>What closed ports do, and whether anybody wants to know.</summary>
internal enum Closed
{
    Silent,
    Refusing,
    Reported,
}
