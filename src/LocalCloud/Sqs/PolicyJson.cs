using System.Text.Json.Serialization;

namespace TaskMesh.LocalCloud.Sqs;

/// <summary>The policies that are JSON within an attribute's text.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RedriveAllowPolicy))]
internal sealed partial class PolicyJson : JsonSerializerContext;
