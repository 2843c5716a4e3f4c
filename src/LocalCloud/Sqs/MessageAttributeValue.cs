using System.Text.Json.Serialization;

namespace TaskMesh.LocalCloud.Sqs;

/// <summary>A typed value that travels beside a message's body.</summary>
/// <param name="DataType">String, Number or Binary, with an optional label behind a dot.</param>
public sealed record MessageAttributeValue(string? DataType, string? StringValue = null, byte[]? BinaryValue = null)
{
    [JsonIgnore]
    public bool IsBinary => DataType?.StartsWith("Binary", StringComparison.Ordinal) == true;
}
