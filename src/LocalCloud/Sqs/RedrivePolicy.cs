using System.Globalization;
using System.Text.Json;

namespace TaskMesh.LocalCloud.Sqs;

/// <summary>Where messages go that were received too often.</summary>
/// <param name="MaxReceiveCount">1 to 1000.</param>
public sealed record RedrivePolicy(string DeadLetterTargetArn, int MaxReceiveCount)
{
    private const string Name = nameof(RedrivePolicy);

    public static RedrivePolicy Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var target = Member(document, json, "deadLetterTargetArn").GetString();
            var count = Member(document, json, "maxReceiveCount");
            var number = count.ValueKind == JsonValueKind.String ? int.Parse(count.GetString()!, CultureInfo.InvariantCulture) : count.GetInt32();
            return target is not null && number is >= 1 and <= 1000
                ? new RedrivePolicy(target, number)
                : throw SqsErrors.Invalid(json, Name, "Invalid value for maxReceiveCount: must be from 1 to 1000.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            throw SqsErrors.Invalid(json, Name, "Redrive policy is not a valid JSON map.");
        }
    }

    public override string ToString() =>
        $"{{\"deadLetterTargetArn\":{JsonSerializer.Serialize(DeadLetterTargetArn, SqsJson.Default.String)},\"maxReceiveCount\":{MaxReceiveCount}}}";

    private static JsonElement Member(JsonDocument document, string json, string name) => document.RootElement.TryGetProperty(name, out var value)
        ? value
        : throw SqsErrors.Invalid(json, Name, $"Redrive policy does not contain mandatory attribute: {name}.");
}
