using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;

namespace TaskMesh.Workers.BareMetal.Scanning.Dns;

/// <summary>One resolver, and how it does.</summary>
public sealed class Resolver(Address address, int number)
{
    private long _asked;
    private long _answered;
    private long _askedBefore;
    private long _askedBeforeThat;
    private long _answeredBefore;
    private long _answeredBeforeThat;

    public Address Address => address;

    /// <summary>Its place among the resolvers of the scan.</summary>
    public int Number => number;

    /// <summary>The sender's.</summary>
    public long Asked
    {
        get => Volatile.Read(ref _asked);
        set => Volatile.Write(ref _asked, value);
    }

    /// <summary>The receiver's: whatever it answered, as long as it was to a question.</summary>
    public long Answered
    {
        get => Volatile.Read(ref _answered);
        set => Volatile.Write(ref _answered, value);
    }

    /// <summary>It does not understand EDNS and must be asked in the words of 1987.</summary>
    public bool IsPlain { get; set; }

    /// <summary>What a look at it said last.</summary>
    public ResolverHealth Health { get; set; } = ResolverHealth.Good;

    public ResolverReport Report => new($"{address}", Asked, Answered, Health.State);

    /// <summary>What was asked in the last round but one, and answered in that and the last: answers may come at once, or take a round.</summary>
    public (long Asked, long Answered) Observe()
    {
        var (asked, answered) = (Asked, Answered);
        var seen = (_askedBefore - _askedBeforeThat, answered - _answeredBeforeThat);
        (_askedBeforeThat, _askedBefore, _answeredBeforeThat, _answeredBefore) = (_askedBefore, asked, _answeredBefore, answered);
        return seen;
    }
}

/// <param name="IsUsable">Whether it may be asked.</param>
public sealed record ResolverHealth(bool IsUsable, string State)
{
    /// <summary>Who lied once is not asked again.</summary>
    public bool IsFinal { get; private init; }

    public static readonly ResolverHealth Good = new(true, "good");
    public static readonly ResolverHealth Silent = new(false, "silent");

    public static ResolverHealth Lying(string proof) => new(false, $"lying ({proof})") { IsFinal = true };
}
