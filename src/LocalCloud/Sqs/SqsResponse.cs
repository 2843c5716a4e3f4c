using System.Text.Json.Serialization;

namespace TaskMesh.LocalCloud.Sqs;

/// <summary>An answer of any operation; what an operation does not answer is left out.</summary>
public sealed record SqsResponse : SqsReceipt
{
    public static SqsResponse Empty { get; } = new();
    public string? QueueUrl { get; init; }
    public IReadOnlyList<string>? QueueUrls { get; init; }
    public string? NextToken { get; init; }
    public IReadOnlyDictionary<string, string>? Attributes { get; init; }
    public IReadOnlyList<SqsMessage>? Messages { get; init; }
    public IReadOnlyList<SqsReceipt>? Successful { get; init; }
    public IReadOnlyList<SqsFailure>? Failed { get; init; }

    /// <summary>The one list of URLs whose name begins with a small letter.</summary>
    [JsonPropertyName("queueUrls")]
    public IReadOnlyList<string>? SourceQueueUrls { get; init; }

    public IReadOnlyDictionary<string, string>? Tags { get; init; }
    public string? TaskHandle { get; init; }
    public long? ApproximateNumberOfMessagesMoved { get; init; }
    public IReadOnlyList<SqsMoveTask>? Results { get; init; }
}

/// <summary>That one message was taken; in a batch with the entry's id, and with nothing else where there is nothing to say.</summary>
public record SqsReceipt
{
    public string? Id { get; init; }
    public string? MessageId { get; init; }
    public string? MD5OfMessageBody { get; init; }
    public string? MD5OfMessageAttributes { get; init; }
    public string? MD5OfMessageSystemAttributes { get; init; }
}

/// <summary>That one entry of a batch was refused.</summary>
public sealed record SqsFailure(string Id, string Code, string Message, bool SenderFault);

/// <summary>A received message.</summary>
public sealed record SqsMessage
{
    public required string MessageId { get; init; }
    public required string ReceiptHandle { get; init; }
    public required string MD5OfBody { get; init; }
    public required string Body { get; init; }
    public IReadOnlyDictionary<string, string>? Attributes { get; init; }
    public string? MD5OfMessageAttributes { get; init; }
    public IReadOnlyDictionary<string, MessageAttributeValue>? MessageAttributes { get; init; }
}

/// <summary>A message move task.</summary>
/// <param name="TaskHandle">Only of a task that is running.</param>
/// <param name="DestinationArn">Null where each message goes back to the queue from which it came.</param>
/// <param name="StartedTimestamp">Unix milliseconds.</param>
public sealed record SqsMoveTask(
    string? TaskHandle, string Status, string SourceArn, string? DestinationArn, int? MaxNumberOfMessagesPerSecond,
    long ApproximateNumberOfMessagesMoved, long ApproximateNumberOfMessagesToMove, string? FailureReason, long StartedTimestamp);
