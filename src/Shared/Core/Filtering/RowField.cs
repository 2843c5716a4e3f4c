using System.Text;
using System.Text.Json;

namespace TaskMesh.Core.Filtering;

/// <summary>Reads a field of a row: by its name, or by a JSON Pointer (RFC 6901) if it begins with '/'.</summary>
public static class RowField
{
    /// <summary>The value, or null if the row has none there or has a JSON null.</summary>
    public static JsonElement? Find(JsonElement row, string field)
    {
        var found = field.StartsWith('/') ? At(row, field) : Member(row, field);
        return found?.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? null : found;
    }

    /// <summary>The field as text; null if it is none, or none that UTF-8 can write (a lone surrogate).</summary>
    public static string? Text(JsonElement row, string field) => Find(row, field) is { } value ? Text(value) : null;

    internal static string? Text(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
            return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>In the order of code points, as UTF-8 and PostgreSQL's collation "C" have it; UTF-16 has another.</summary>
    internal static int CompareText(string left, string right) =>
        Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right));

    private static JsonElement? At(JsonElement row, string pointer)
    {
        JsonElement? found = row;
        foreach (var token in pointer.Split('/').Skip(1).Select(token => token.Replace("~1", "/").Replace("~0", "~")))
            found = found is { } value ? Member(value, token) : null;
        return found;
    }

    private static JsonElement? Member(JsonElement value, string name) => value.ValueKind switch
    {
        JsonValueKind.Object when value.TryGetProperty(name, out var member) => member,
        JsonValueKind.Array when int.TryParse(name, out var index) && index >= 0 && index < value.GetArrayLength() => value[index],
        _ => null,
    };
}
