using System.Text.Json;
using System.Text.Json.Serialization;

namespace TaskMesh.Core.Messages;

/// <summary>
/// Says that a <see cref="CreateTask"/> comes from a generator, and stands for a run of its children. They go into the container that the
/// generator fills; their ids follow from parent, kind and ordinal, so the same message twice makes them once.
/// </summary>
/// <param name="Parent">The generator.</param>
/// <param name="Ordinal">Of the first child among all that the generator makes.</param>
/// <param name="Count">Children from the message's input as a template, in which {"$ordinal": true} stands for the ordinal.</param>
/// <param name="Inputs">Instead of a count: one child each, with the message's input as what they have in common.</param>
public sealed record Generated(Guid Collection, Guid Parent, int Ordinal, int? Count = null, IReadOnlyList<JsonElement>? Inputs = null)
{
    public const int MostPerMessage = 1_000;

    /// <summary>Of one generator, and of one collection.</summary>
    public const int MostChildren = 10_000_000;

    /// <summary>What is wrong with it, in a sentence; null if nothing is.</summary>
    [JsonIgnore]
    public string? Problem => (Count, Inputs?.Count) switch
    {
        (null, null) or (not null, not null) => "generated: names either a count or inputs",
        _ when Size is < 1 or > MostPerMessage => $"generated: a message makes 1 to {MostPerMessage} children, not {Size}",
        _ when Ordinal < 0 || Ordinal + (long)Size > MostChildren =>
            $"generated: ordinals go from 0 to {MostChildren - 1}, not to {Ordinal + (long)Size - 1}",
        _ => null,
    };

    [JsonIgnore]
    public int Size => Count ?? Inputs?.Count ?? 0;
}
