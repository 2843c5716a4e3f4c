using System.Text.Encodings.Web;
using System.Text.Json;
using Amazon.CDK.Assertions;

namespace TaskMesh.Cdk.Tests;

/// <summary>A template as JSON, with the questions that tests ask of it.</summary>
public sealed class MeshTemplate(Template template)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string Text { get; } = JsonSerializer.Serialize(template.ToJSON(), Readable);

    public IEnumerable<JsonProperty> Resources => JsonElement.Parse(Text).GetProperty(nameof(Resources)).EnumerateObject();

    /// <summary>The properties of all resources of a type, by their names in the template.</summary>
    public IReadOnlyDictionary<string, JsonElement> All(string type) => Resources
        .Where(resource => resource.Value.GetProperty("Type").GetString() == type)
        .ToDictionary(
            resource => resource.Name,
            resource => resource.Value.TryGetProperty("Properties", out var properties) ? properties : default);

    public JsonElement Only(string type) => Assert.Single(All(type)).Value;

    /// <summary>The properties of the resources whose name in the template begins so.</summary>
    public JsonElement Only(string type, string prefix) =>
        Assert.Single(All(type), resource => resource.Key.StartsWith(prefix, StringComparison.Ordinal)).Value;
}
