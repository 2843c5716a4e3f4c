using System.Text.Json.Serialization;

namespace TaskMesh.LocalCloud.Sqs;

/// <summary>
/// What a request may say about one message. AWS calls the same thing the same name in every operation, alone or in a batch, so
/// one record reads them all; which members an operation needs is the operation's affair.
/// </summary>
public record SqsEntry
{
    public string? Id { get; init; }
    public string? MessageBody { get; init; }
    public int? DelaySeconds { get; init; }
    public IReadOnlyDictionary<string, MessageAttributeValue>? MessageAttributes { get; init; }
    public IReadOnlyDictionary<string, MessageAttributeValue>? MessageSystemAttributes { get; init; }
    public string? ReceiptHandle { get; init; }
    public int? VisibilityTimeout { get; init; }
}

/// <summary>A request of any operation.</summary>
public sealed record SqsRequest : SqsEntry
{
    public string? QueueUrl { get; init; }
    public string? QueueName { get; init; }
    public string? QueueNamePrefix { get; init; }
    public IReadOnlyDictionary<string, string>? Attributes { get; init; }
    public IReadOnlyList<string>? AttributeNames { get; init; }
    public IReadOnlyList<string>? MessageSystemAttributeNames { get; init; }
    public IReadOnlyList<string>? MessageAttributeNames { get; init; }
    public int? MaxNumberOfMessages { get; init; }
    public int? WaitTimeSeconds { get; init; }
    public int? MaxResults { get; init; }
    public string? NextToken { get; init; }
    public IReadOnlyList<SqsEntry>? Entries { get; init; }
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>CreateQueue spells them otherwise than TagQueue.</summary>
    [JsonPropertyName("tags")]
    public IReadOnlyDictionary<string, string>? TagsOfNew { get; init; }

    public IReadOnlyList<string>? TagKeys { get; init; }
    public string? Label { get; init; }
    public IReadOnlyList<string>? AWSAccountIds { get; init; }
    public IReadOnlyList<string>? Actions { get; init; }
    public string? SourceArn { get; init; }
    public string? DestinationArn { get; init; }
    public int? MaxNumberOfMessagesPerSecond { get; init; }
    public string? TaskHandle { get; init; }
}
