using System.Text.Json;

namespace TaskMesh.Core.Messages;

/// <summary>Reads what came from a queue. What cannot be read is told in a sentence, for the quarantine.</summary>
public static class MessageReader
{
    public const int MaxDepth = 64;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = MaxDepth };

    /// <param name="fallbackId">The id of a message whose sender gave none.</param>
    /// <param name="reason">Why the message cannot be read; null if it can.</param>
    public static ManagerMessage? Read(ReadOnlyMemory<byte> body, Guid fallbackId, out string? reason)
    {
        try
        {
            using var document = JsonDocument.Parse(body, Strict);
            reason = EnvelopeFault(document.RootElement);
            if (reason is not null)
                return null;
            var message = document.RootElement.Deserialize(MessageJson.Default.ManagerMessage)!;
            return message.Id == Guid.Empty ? message with { Id = fallbackId } : message;
        }
        catch (JsonException e)
        {
            reason = $"not a message: {e.Message}";
            return null;
        }
    }

    private static string? EnvelopeFault(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            return "not a message: the body is no JSON object";
        if (root.TryGetProperty("v", out var version)
            && (!version.TryGetInt32(out var v) || v is not (ManagerMessage.Version or ManagerMessage.Version - 1)))
            return $"v: version {version} is unknown; this Manager reads {ManagerMessage.Version - 1} and {ManagerMessage.Version}";
        if (!root.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String)
            return "type: every message names its type";
        return Types.Contains(type.GetString()) ? null : $"type: '{type.GetString()}' is none of {string.Join(", ", Types)}";
    }

    private static readonly string[] Types =
        [nameof(CreateCollection), nameof(CreateTask), nameof(CompleteTask), nameof(Control), nameof(Tick)];
}
