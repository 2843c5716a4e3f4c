using System.Text;
using System.Text.Json;

namespace TaskMesh.Core.Workflow;

/// <summary>How large and how deep the input of a task may be; what is larger goes by reference.</summary>
public static class InputSize
{
    public const int MostBytes = 200 * 1024;

    public const int MostLevels = 64;

    /// <summary>What is too much, in a sentence; null if nothing is.</summary>
    public static string? Problem(JsonElement input)
    {
        var bytes = Encoding.UTF8.GetByteCount(input.GetRawText());
        if (bytes > MostBytes)
            return $"input: {bytes} bytes are more than {MostBytes}";
        return IsDeeper(input, MostLevels) ? $"input: values are nested deeper than {MostLevels}" : null;
    }

    /// <summary>Whether values stand in values in values, more often than given.</summary>
    public static bool IsDeeper(JsonElement element, int levels) => element.ValueKind switch
    {
        JsonValueKind.Object => levels == 0 || element.EnumerateObject().Any(field => IsDeeper(field.Value, levels - 1)),
        JsonValueKind.Array => levels == 0 || element.EnumerateArray().Any(item => IsDeeper(item, levels - 1)),
        _ => false,
    };
}
