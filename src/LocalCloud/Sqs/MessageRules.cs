using System.Text;
using System.Text.RegularExpressions;

namespace TaskMesh.LocalCloud.Sqs;

/// <summary>What SQS accepts as a message and as a batch. Each rule that is broken is thrown as SQS's error for it.</summary>
public static partial class MessageRules
{
    /// <summary>Of a message and of a whole batch: bodies with the names, types and values of attributes, in UTF-8.</summary>
    public const int MaxBytes = 1_048_576;

    public const int MaxEntries = 10;
    private const int MaxAttributes = 10;
    private const int MaxDelaySeconds = 900;
    private const int MaxVisibilitySeconds = 43_200;

    public static void CheckBatch(IReadOnlyList<SqsEntry>? entries, string entryName)
    {
        if (entries is null or { Count: 0 })
            throw SqsErrors.EmptyBatch(entryName);
        if (entries.Count > MaxEntries)
            throw SqsErrors.TooManyEntries(MaxEntries, entries.Count);
        if (entries.Any(entry => entry.Id is null || !EntryId().IsMatch(entry.Id)))
            throw SqsErrors.EntryId();
        if (entries.GroupBy(entry => entry.Id).FirstOrDefault(group => group.Count() > 1)?.Key is { } twice)
            throw SqsErrors.EntryIdTwice(twice);
    }

    public static void CheckBatchSize(IEnumerable<SqsEntry> entries)
    {
        var bytes = entries.Sum(Bytes);
        if (bytes > MaxBytes)
            throw SqsErrors.BatchTooLong(MaxBytes, bytes);
    }

    public static void CheckMessage(SqsEntry message, int maxBytes)
    {
        if (string.IsNullOrEmpty(message.MessageBody))
            throw SqsErrors.Missing("MessageBody");
        CheckCharacters(message.MessageBody);
        CheckAttributes(message.MessageAttributes);
        CheckSystemAttributes(message.MessageSystemAttributes);
        if (Bytes(message) > maxBytes)
            throw SqsErrors.Invalid($"One or more parameters are invalid. Reason: Message must be shorter than {maxBytes} bytes.");
        if (message.DelaySeconds is < 0 or > MaxDelaySeconds)
            throw SqsErrors.Invalid(message.DelaySeconds, "DelaySeconds", $"DelaySeconds must be >= 0 and <= {MaxDelaySeconds}.");
    }

    public static TimeSpan CheckVisibility(int? seconds) => seconds switch
    {
        null => throw SqsErrors.Missing("VisibilityTimeout"),
        < 0 or > MaxVisibilitySeconds => throw SqsErrors.Invalid(seconds, "VisibilityTimeout", $"Must be between 0 and {MaxVisibilitySeconds}."),
        _ => TimeSpan.FromSeconds(seconds.Value),
    };

    public static ReceiptHandle CheckHandle(string? text, SqsQueue queue)
    {
        if (text is null)
            throw SqsErrors.Missing("ReceiptHandle");
        return ReceiptHandle.TryParse(text, out var handle) && handle.Queue == queue.Id ? handle : throw SqsErrors.ReceiptHandle(text);
    }

    /// <summary>Exactly what XML 1.0 can carry (section 2.2, "Char"), although nothing here need be XML.</summary>
    public static void CheckCharacters(string text)
    {
        for (var index = 0; index < text.Length; index++)
        {
            var character = text[index];
            var allowed = character switch
            {
                '\t' or '\n' or '\r' => true,
                < ' ' or '\uFFFE' or '\uFFFF' => false,
                _ when !char.IsSurrogate(character) => true,
                _ => char.IsHighSurrogate(character) && ++index < text.Length && char.IsLowSurrogate(text[index]),
            };
            if (!allowed)
                throw SqsErrors.InvalidCharacter(character);
        }
    }

    private static void CheckAttributes(IReadOnlyDictionary<string, MessageAttributeValue>? attributes)
    {
        if (attributes?.Count > MaxAttributes)
            throw SqsErrors.Invalid($"Number of message attributes [{attributes.Count}] exceeds the allowed maximum [{MaxAttributes}].");
        foreach (var (name, value) in attributes ?? new Dictionary<string, MessageAttributeValue>())
        {
            if (!AttributeName().IsMatch(name) || ReservedName().IsMatch(name))
                throw SqsErrors.Invalid($"The message attribute name '{name}' is invalid.");
            CheckAttribute(name, value);
        }
    }

    private static void CheckSystemAttributes(IReadOnlyDictionary<string, MessageAttributeValue>? attributes)
    {
        foreach (var (name, value) in attributes ?? new Dictionary<string, MessageAttributeValue>())
        {
            if (name != SqsMessages.TraceHeader || value.DataType != "String")
                throw SqsErrors.Invalid($"Message system attribute name '{name}' is invalid.");
            CheckAttribute(name, value);
        }
    }

    private static void CheckAttribute(string name, MessageAttributeValue value)
    {
        if (value.DataType is null || !DataType().IsMatch(value.DataType))
            throw SqsErrors.Invalid($"The type of message (user) attribute '{name}' is invalid: it begins with Binary, Number or String.");
        if (value.IsBinary ? value.BinaryValue is null or [] : string.IsNullOrEmpty(value.StringValue))
            throw SqsErrors.Invalid($"The message (user) attribute '{name}' must contain a non-empty value of type '{value.DataType}'.");
        if (!value.IsBinary)
            CheckCharacters(value.StringValue!);
        if (value.DataType.StartsWith("Number", StringComparison.Ordinal) && !Decimal().IsMatch(value.StringValue!))
            throw SqsErrors.Invalid($"Can't cast the value of message (user) attribute '{name}' to a number.");
    }

    private static long Bytes(SqsEntry message) =>
        Encoding.UTF8.GetByteCount(message.MessageBody ?? "") + (message.MessageAttributes?.Sum(Bytes) ?? 0);

    private static long Bytes(KeyValuePair<string, MessageAttributeValue> attribute) =>
        Encoding.UTF8.GetByteCount(attribute.Key)
        + Encoding.UTF8.GetByteCount(attribute.Value.DataType ?? "")
        + (attribute.Value.IsBinary ? attribute.Value.BinaryValue?.Length ?? 0 : Encoding.UTF8.GetByteCount(attribute.Value.StringValue ?? ""));

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,80}\z")]
    private static partial Regex EntryId();

    [GeneratedRegex(@"^(?!\.)(?!.*\.\.)[A-Za-z0-9_.-]{1,256}(?<!\.)\z")]
    private static partial Regex AttributeName();

    [GeneratedRegex("^(AWS|Amazon)\\.", RegexOptions.IgnoreCase)]
    private static partial Regex ReservedName();

    [GeneratedRegex(@"^(String|Number|Binary)(\..+)?\z")]
    private static partial Regex DataType();

    [GeneratedRegex(@"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\z")]
    private static partial Regex Decimal();
}
