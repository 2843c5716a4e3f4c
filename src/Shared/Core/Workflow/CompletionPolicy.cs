using System.Text.Json.Serialization;

namespace TaskMesh.Core.Workflow;

/// <summary>What a container makes of children that end badly.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(All), nameof(All))]
public abstract record CompletionPolicy
{
    private CompletionPolicy()
    {
    }

    /// <summary>The first child that ends badly makes the container Failed; the rest is cancelled.</summary>
    public sealed record All : CompletionPolicy
    {
        public static All Instance { get; } = new();
    }
}
