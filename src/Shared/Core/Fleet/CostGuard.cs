using System.Globalization;

namespace TaskMesh.Core.Fleet;

/// <summary>The ceiling on what the fleet may cost an hour. What has no price is not launched while there is one.</summary>
/// <param name="Cap">US dollars per hour; null for no ceiling.</param>
/// <param name="Prices">US dollars per hour, by instance type; "template" is the launch template's own.</param>
public sealed record CostGuard(decimal? Cap, IReadOnlyDictionary<string, decimal> Prices)
{
    public const string Code = "cost-cap";

    /// <summary>Of every price and cost: EC2 has its prices in it.</summary>
    public const string Currency = "USD";

    public const string Template = "template";

    public static CostGuard None { get; } = new(null, new Dictionary<string, decimal>());

    /// <summary>What these cost together; null if one has no price.</summary>
    public decimal? PerHour(IReadOnlyCollection<string?> types) =>
        types.All(type => Prices.ContainsKey(type ?? Template)) ? types.Sum(type => Prices[type ?? Template]) : null;

    /// <summary>Why these may not all run, in a sentence; null if they may.</summary>
    /// <param name="types">Of every instance that runs or was asked for, the one in question included; null is the template's own.</param>
    public string? Refusal(IReadOnlyCollection<string?> types)
    {
        if (Cap is not { } cap)
            return null;
        if (types.Select(type => type ?? Template).FirstOrDefault(type => !Prices.ContainsKey(type)) is { } unknown)
            return $"no price is known for {unknown}";
        var cost = types.Sum(type => Prices[type ?? Template]);
        return cost <= cap ? null : string.Create(CultureInfo.InvariantCulture, $"{cost} {Currency}/h are more than {cap} {Currency}/h");
    }
}
