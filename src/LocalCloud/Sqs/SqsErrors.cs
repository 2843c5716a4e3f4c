using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.Sqs;

/// <summary>What SQS says when it says no ("Errors" of each operation in the SQS API reference).</summary>
internal static class SqsErrors
{
    private const string Prefix = "AWS.SimpleQueueService.";

    public static AwsException QueueDoesNotExist() => new(Prefix + "NonExistentQueue", "The specified queue does not exist.");

    public static AwsException QueueExists(string attribute) =>
        new("QueueAlreadyExists", $"A queue already exists with the same name and a different value for attribute {attribute}");

    public static AwsException UnknownAction(string? name) => new("InvalidAction", $"The action {name} is not valid for this endpoint.");
    public static AwsException OverLimit(string message) => new("OverLimit", message, 403);
    public static AwsException Unsupported(string what) => new(Prefix + "UnsupportedOperation", what);
    public static AwsException UnknownAttribute(string name) => new("InvalidAttributeName", $"Unknown Attribute {name}.");
    public static AwsException AttributeValue(string name) => new("InvalidAttributeValue", $"Invalid value for the parameter {name}.");
    public static AwsException Missing(string parameter) => new("MissingParameter", $"The request must contain the parameter {parameter}.");
    public static AwsException Invalid(string message) => new("InvalidParameterValue", message);

    public static AwsException Invalid(object? value, string parameter, string reason) =>
        Invalid($"Value {value} for parameter {parameter} is invalid. Reason: {reason}");

    public static AwsException Resource(string parameter) =>
        new("ResourceNotFoundException", $"The resource that you specified for the {parameter} parameter doesn't exist.", 404);

    public static AwsException NoTask() => new("ResourceNotFoundException", "There is no such task, or it is not running.", 404);

    public static AwsException InvalidCharacter(int character) => new(
        "InvalidMessageContents",
        $"Invalid character #x{character:X} in the message. Allowed are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.");

    public static AwsException ReceiptHandle(string? handle) =>
        new("ReceiptHandleIsInvalid", $"The input receipt handle \"{handle}\" is not a valid receipt handle.", 404);

    public static AwsException MessageGone(string? handle) =>
        Invalid(handle, "ReceiptHandle", "Message does not exist or is not available for visibility timeout change.");

    public static AwsException NotInFlight() => new(Prefix + "MessageNotInflight", "The specified message is not in flight.");

    public static AwsException PurgeInProgress(string queue) =>
        new(Prefix + "PurgeQueueInProgress", $"Only one PurgeQueue operation on {queue} is allowed every 60 seconds.", 403);

    public static AwsException EmptyBatch(string entries) =>
        new(Prefix + "EmptyBatchRequest", $"There should be at least one {entries} in the request.");

    public static AwsException TooManyEntries(int limit, int count) =>
        new(Prefix + "TooManyEntriesInBatchRequest", $"Maximum number of entries per request are {limit}. You have sent {count}.");

    public static AwsException EntryId() => new(
        Prefix + "InvalidBatchEntryId",
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long.");

    public static AwsException EntryIdTwice(string id) => new(Prefix + "BatchEntryIdsNotDistinct", $"Id {id} repeated.");

    /// <summary>Of no fault of the sender.</summary>
    public static AwsException Internal() => new("InternalError", "An internal error occurred.", 500);

    public static AwsException BatchTooLong(int limit, long bytes) =>
        new(Prefix + "BatchRequestTooLong", $"Batch requests cannot be longer than {limit} bytes. You have sent {bytes} bytes.");

    /// <summary>
    /// The name of an error in the JSON protocol. Those that the service's model declares have its namespace, the general ones that of
    /// the framework behind AWS's services.
    /// </summary>
    public static string JsonType(string code) => code switch
    {
        Prefix + "NonExistentQueue" => "com.amazonaws.sqs#QueueDoesNotExist",
        "QueueAlreadyExists" => "com.amazonaws.sqs#QueueNameExists",
        "InvalidParameterValue" => "com.amazon.coral.service#InvalidParameterValueException",
        "MissingParameter" => "com.amazon.coral.service#MissingRequiredParameterException",
        "InvalidAction" => "com.amazon.coral.service#UnknownOperationException",
        "MalformedInput" => "com.amazon.coral.service#SerializationException",
        "InternalFailure" or "ServiceUnavailable" => $"com.amazon.coral.service#{code}",
        _ => $"com.amazonaws.sqs#{(code.StartsWith(Prefix, StringComparison.Ordinal) ? code[Prefix.Length..] : code)}",
    };
}
