using System.Text.Json;

namespace TaskMesh.LocalCloud.Lambda;

/// <summary>
/// Reads what a function says about the messages of its batch ("Implementing partial batch responses" in the Lambda Developer Guide):
/// nothing or an empty list means that all went well, and anything that cannot be understood means that all failed.
/// </summary>
public static class BatchAnswer
{
    private const string ListName = "batchItemFailures";
    private const string ItemName = "itemIdentifier";

    /// <returns>The ids of the messages that failed.</returns>
    public static IReadOnlySet<string> Failures(ReadOnlyMemory<byte> response, IReadOnlySet<string> batch)
    {
        if (response.IsEmpty)
            return new HashSet<string>();
        try
        {
            using var document = JsonDocument.Parse(response);
            return Failures(document.RootElement, batch) ?? batch;
        }
        catch (JsonException)
        {
            return batch;
        }
    }

    /// <summary>Null is what cannot be understood.</summary>
    private static HashSet<string>? Failures(JsonElement root, IReadOnlySet<string> batch)
    {
        if (root.ValueKind == JsonValueKind.Null)
            return [];
        if (root.ValueKind != JsonValueKind.Object)
            return null;
        if (!root.TryGetProperty(ListName, out var list))
            return root.EnumerateObject().Any(IsMisspelt) ? null : [];
        if (list.ValueKind == JsonValueKind.Null)
            return [];
        if (list.ValueKind != JsonValueKind.Array)
            return null;
        var failures = new HashSet<string>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty(ItemName, out var name)
                || name.ValueKind != JsonValueKind.String || !batch.Contains(name.GetString()!))
                return null;
            failures.Add(name.GetString()!);
        }
        return failures;
    }

    /// <summary>A serialiser that writes "BatchItemFailures" would otherwise lose every message it meant to keep.</summary>
    private static bool IsMisspelt(JsonProperty property) => property.Name.Equals(ListName, StringComparison.OrdinalIgnoreCase);
}
