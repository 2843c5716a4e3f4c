using System.Text.Json;
using System.Text.Unicode;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Core.Messages;

/// <summary>Reads what came from a queue. What cannot be read is told in a sentence, for the quarantine.</summary>
public static class MessageReader
{
    /// <summary>Of everything but a workflow, whose containers stand in each other.</summary>
    public const int MaxDepth = 64;

    /// <summary>Two levels for each container of the deepest tree, and an input in it.</summary>
    internal const int MaxDepthOfCollection = 2 * CollectionDraft.DeepestTree + InputSize.MostLevels + 8;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = MaxDepthOfCollection };

    /// <param name="fallbackId">The id of a message whose sender gave none.</param>
    /// <param name="reason">Why the message cannot be read; null if it can.</param>
    public static ManagerMessage? Read(ReadOnlyMemory<byte> body, Guid fallbackId, out string? reason)
    {
        var message = Read(body, fallbackId, out reason, out var fault);
        reason = fault is null ? reason : $"not a message: {fault}";
        return message;
    }

    /// <param name="fault">What is wrong with the JSON, where that is the reason.</param>
    public static ManagerMessage? Read(ReadOnlyMemory<byte> body, Guid fallbackId, out string? reason, out JsonFault? fault)
    {
        (reason, fault) = (null, null);
        try
        {
            reason = TextFault(body.Span, out var holdsNull);
            if (reason is not null)
                return null;
            using var document = JsonDocument.Parse(body, Strict);
            reason = EnvelopeFault(document.RootElement);
            if (reason is not null)
                return null;
            if (!document.RootElement.GetProperty("type").ValueEquals(nameof(CreateCollection)) && InputSize.IsDeeper(document.RootElement, MaxDepth))
            {
                reason = $"not a message: values are nested deeper than {MaxDepth}";
                return null;
            }
            var message = document.RootElement.Deserialize(MessageJson.Default.ManagerMessage)!;
            // What a task found may hold anything: it is kept as JSON, where the character is spelt out.
            if (holdsNull && message is not CompleteTask)
            {
                reason = "not a message: a string holds U+0000";
                return null;
            }
            if (message is CompleteTask { Outcome: TaskOutcome.Failed failed } ended)
                message = ended with { Outcome = failed with { Message = Text(failed.Message)!, Stack = Text(failed.Stack) } };
            return message.Id == Guid.Empty ? message with { Id = fallbackId } : message;
        }
        catch (JsonException e)
        {
            fault = JsonFault.Of(e, body.Span);
            return null;
        }
        catch (NotSupportedException e)
        {
            fault = JsonFault.Of(e, body.Span);
            return null;
        }
    }

    private static string? Text(string? text) => text?.Replace('\0', '\uFFFD');

    /// <summary>
    /// JSON can spell strings that are no text: halves of surrogate pairs. Whoever read one later, deep in an input, would fail each time.
    /// </summary>
    /// <param name="holdsNull">Whether a string holds U+0000, which PostgreSQL keeps nowhere.</param>
    private static string? TextFault(ReadOnlySpan<byte> body, out bool holdsNull)
    {
        holdsNull = false;
        if (!Utf8.IsValid(body))
            return "not a message: the body is no UTF-8";
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepthOfCollection });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                    holdsNull |= reader.GetString()!.Contains('\0');
            }
            return null;
        }
        catch (InvalidOperationException)
        {
            return "not a message: a string holds half a surrogate pair";
        }
    }

    private static string? EnvelopeFault(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            return "not a message: the body is no JSON object";
        if (root.TryGetProperty("v", out var version)
            && !(version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out var v)
                && v is ManagerMessage.Version or ManagerMessage.Version - 1))
            return $"v: version {version} is unknown; this Manager reads {ManagerMessage.Version - 1} and {ManagerMessage.Version}";
        if (!root.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String)
            return "type: every message names its type";
        return Types.Contains(type.GetString()) ? null : $"type: '{type.GetString()}' is none of {string.Join(", ", Types)}";
    }

    private static readonly string[] Types =
        [nameof(CreateCollection), nameof(CreateTask), nameof(CompleteTask), nameof(Control), nameof(Tick)];
}
