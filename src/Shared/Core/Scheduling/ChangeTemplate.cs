using System.Text.Json;
using System.Text.Json.Nodes;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Core.Scheduling;

/// <summary>
/// Inputs of runs that a change starts: <c>{"$change": "/key/name"}</c> stands for the value at that JSON Pointer (RFC 6901) in the change, which
/// holds <c>organisation</c>, <c>model</c>, <c>change</c>, <c>at</c> and <c>key</c>.
/// </summary>
public static class ChangeTemplate
{
    private const string Member = "$change";

    /// <returns>The submission for this change, or the sentence that says what it has not.</returns>
    public static (JsonElement? Submission, string? Problem) Fill(JsonElement template, JsonElement change)
    {
        string? problem = null;
        var filled = Replace(template);
        return problem is null ? (JsonSerializer.SerializeToElement(filled, NodeJson.Default.JsonNode), null) : (null, problem);

        JsonNode? Replace(JsonElement element)
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.Object when element.TryGetProperty(Member, out var pointer) && pointer.ValueKind == JsonValueKind.String:
                    if (JsonPointer.Find(change, pointer.GetString()!) is { } value)
                        return JsonNode.Parse(value.GetRawText());
                    problem ??= $"$change: the change has nothing at '{pointer}'";
                    return null;
                case JsonValueKind.Object:
                    return new JsonObject(element.EnumerateObject().Select(field => KeyValuePair.Create(field.Name, Replace(field.Value))));
                case JsonValueKind.Array:
                    return new JsonArray([.. element.EnumerateArray().Select(Replace)]);
                default:
                    return JsonNode.Parse(element.GetRawText());
            }
        }
    }
}
