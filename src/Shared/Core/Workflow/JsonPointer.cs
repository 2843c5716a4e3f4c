using System.Text.Json;

namespace TaskMesh.Core.Workflow;

/// <summary>JSON Pointers (RFC 6901): where in a value something stands.</summary>
public static class JsonPointer
{
    /// <summary>"" is the whole; everything else begins with a slash.</summary>
    public static bool IsWellFormed(string path) => path is "" or ['/', ..];

    /// <summary>The value at that place, or null.</summary>
    public static JsonElement? Find(JsonElement element, string path)
    {
        foreach (var token in path.Split('/').Skip(1).Select(token => token.Replace("~1", "/").Replace("~0", "~")))
        {
            if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty(token, out var field))
                element = field;
            else if (element.ValueKind == JsonValueKind.Array && int.TryParse(token, out var index) && index >= 0 && index < element.GetArrayLength())
                element = element[index];
            else
                return null;
        }
        return element;
    }
}
