using System.Text.Json.Serialization;

namespace TaskMesh.LocalCloud.Sqs;

/// <summary>The bodies of AWS JSON 1.0, and what the store keeps as JSON.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SqsRequest))]
[JsonSerializable(typeof(SqsResponse))]
[JsonSerializable(typeof(JsonError))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, MessageAttributeValue>))]
internal sealed partial class SqsJson : JsonSerializerContext;

internal sealed record JsonError([property: JsonPropertyName("__type")] string Type, [property: JsonPropertyName("message")] string Message);
