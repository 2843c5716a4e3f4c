using System.Text.Json.Serialization;

namespace TaskMesh.Core.Workflow;

/// <summary>What a container makes of children that end badly.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(All), nameof(All))]
[JsonDerivedType(typeof(BestEffort), nameof(BestEffort))]
[JsonDerivedType(typeof(Tolerate), nameof(Tolerate))]
public abstract record CompletionPolicy
{
    private CompletionPolicy()
    {
    }

    /// <summary>What is wrong with it, in a sentence; null if nothing is.</summary>
    [JsonIgnore]
    public virtual string? Problem => null;

    /// <summary>The first child that ends badly makes the container Failed; the rest is cancelled.</summary>
    public sealed record All : CompletionPolicy
    {
        public static All Instance { get; } = new();
    }

    /// <summary>All children run. Some bad ends make the container PartiallyFailed; Failed if none ended well.</summary>
    public sealed record BestEffort : CompletionPolicy;

    /// <summary>As many bad ends as given make the container PartiallyFailed; one more makes it Failed, and the rest is cancelled.</summary>
    /// <param name="Percent">Of all children, rounded down.</param>
    public sealed record Tolerate(int? Count = null, int? Percent = null) : CompletionPolicy
    {
        [JsonIgnore]
        public override string? Problem => (Count, Percent) switch
        {
            (null, null) or (not null, not null) => "Tolerate names either a count or a percent",
            ( < 0, _) => $"a count of {Count} is less than none",
            (_, < 0 or > 100) => $"{Percent} percent is not from 0 to 100",
            _ => null,
        };

        /// <summary>How many bad ends are within it; null while it depends on a number of children that is not known yet.</summary>
        public long? Limit(int? children) => Count ?? (long?)children * Percent / 100;
    }
}
