using System.Text.Json;
using System.Text.Json.Nodes;

namespace TaskMesh.Core.Workflow;

/// <summary>Inputs with places to be filled in: an object whose only member is the placeholder stands for a value.</summary>
public static class InputTemplate
{
    /// <summary>Of a run of children: {"$ordinal": true}.</summary>
    public const string Ordinal = "$ordinal";

    /// <summary>Of a row: {"$row": "/json/pointer"}; "" is the whole row.</summary>
    public const string Row = "$row";

    /// <param name="valueOf">What the placeholder's argument stands for; null leaves the place empty (JSON null).</param>
    public static JsonElement Fill(JsonElement template, string placeholder, Func<JsonElement, JsonElement?> valueOf) =>
        JsonSerializer.SerializeToElement(Replace(template, placeholder, valueOf), NodeJson.Default.JsonNode);

    /// <summary>The input with the members of <paramref name="over"/> put over those of <paramref name="common"/>.</summary>
    public static JsonElement Merge(JsonElement common, JsonElement over)
    {
        if (over.ValueKind != JsonValueKind.Object || !common.EnumerateObject().MoveNext())
            return over;
        var merged = new JsonObject(common.EnumerateObject().Select(field => KeyValuePair.Create(field.Name, Copy(field.Value))));
        foreach (var field in over.EnumerateObject())
            merged[field.Name] = Copy(field.Value);
        return JsonSerializer.SerializeToElement(merged, NodeJson.Default.JsonNode);
    }

    private static JsonNode? Replace(JsonElement element, string placeholder, Func<JsonElement, JsonElement?> valueOf) => element.ValueKind switch
    {
        JsonValueKind.Object when element.GetPropertyCount() == 1 && element.TryGetProperty(placeholder, out var argument) =>
            valueOf(argument) is { } value ? Copy(value) : null,
        JsonValueKind.Object => new JsonObject(
            element.EnumerateObject().Select(field => KeyValuePair.Create(field.Name, Replace(field.Value, placeholder, valueOf)))),
        JsonValueKind.Array => new JsonArray([.. element.EnumerateArray().Select(item => Replace(item, placeholder, valueOf))]),
        _ => Copy(element),
    };

    private static JsonNode? Copy(JsonElement element) => JsonNode.Parse(element.GetRawText());
}
