using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Core.Contract;

/// <summary>
/// Turns JSON into a kind's input; what does not fit becomes a sentence that names the field and the rule. An input that takes values from
/// earlier outputs has its fields checked now and its values when they are known.
/// </summary>
internal static class InputReader
{
    public static TInput? Read<TInput>(string kind, JsonTypeInfo<TInput> type, JsonElement input, InputCheck check)
    {
        if (input.ValueKind != JsonValueKind.Object)
        {
            check.Problem("input", $"'{kind}' needs a JSON object");
            return default;
        }
        var known = type.Properties.Select(property => property.Name).ToHashSet();
        foreach (var field in input.EnumerateObject().Where(field => !known.Contains(field.Name)))
            check.Problem(field.Name, $"'{kind}' has no such field; it has {string.Join(", ", known)}");
        foreach (var property in type.Properties.Where(property => property.IsRequired && !input.TryGetProperty(property.Name, out _)))
            check.Problem(property.Name, $"'{kind}' needs it");
        if (check.Problems.Count > 0 || InputReferences.Names(input).Count > 0)
            return default;
        try
        {
            return input.Deserialize(type);
        }
        catch (JsonException e)
        {
            check.Problem(FieldOf(e.Path), $"has the wrong form for '{kind}'");
            return default;
        }
    }

    private static string FieldOf(string? path) => path is { Length: > 2 } ? path[2..] : "input";
}
