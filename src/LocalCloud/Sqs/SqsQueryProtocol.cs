using System.Globalization;
using System.Xml.Linq;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.LocalCloud.Sqs;

/// <summary>SQS's older protocol, version 2012-11-05: parameters in a form, answers in XML. Debian 12's AWS CLI speaks nothing else.</summary>
public static class SqsQueryProtocol
{
    public const string Version = "2012-11-05";

    private static readonly XNamespace Names = "http://queue.amazonaws.com/doc/2012-11-05/";

    public static SqsRequest Read(string? operation, QueryParameters parameters) => new()
    {
        QueueName = parameters["QueueName"],
        QueueNamePrefix = parameters["QueueNamePrefix"],
        Attributes = parameters.Map("Attribute", "Name", entry => entry["Value"]),
        AttributeNames = parameters.Texts("AttributeName"),
        MessageSystemAttributeNames = parameters.Texts("MessageSystemAttributeName"),
        MessageAttributeNames = parameters.Texts("MessageAttributeName"),
        MaxNumberOfMessages = parameters.Number("MaxNumberOfMessages"),
        WaitTimeSeconds = parameters.Number("WaitTimeSeconds"),
        MaxResults = parameters.Number("MaxResults"),
        NextToken = parameters["NextToken"],
        Entries = [.. parameters.List($"{operation}RequestEntry").Select(Entry)],
        MessageBody = parameters["MessageBody"],
        DelaySeconds = parameters.Number("DelaySeconds"),
        MessageAttributes = parameters.Map("MessageAttribute", "Name", Value),
        MessageSystemAttributes = parameters.Map("MessageSystemAttribute", "Name", Value),
        ReceiptHandle = parameters["ReceiptHandle"],
        VisibilityTimeout = parameters.Number("VisibilityTimeout"),
        Tags = parameters.Map("Tag", "Key", tag => tag["Value"] ?? ""),
        TagsOfNew = parameters.Map("Tag", "Key", tag => tag["Value"] ?? ""),
        TagKeys = parameters.Texts("TagKey"),
        Label = parameters["Label"],
        AWSAccountIds = parameters.Texts("AWSAccountId"),
        Actions = parameters.Texts("ActionName"),
        SourceArn = parameters["SourceArn"],
        DestinationArn = parameters["DestinationArn"],
        MaxNumberOfMessagesPerSecond = parameters.Number("MaxNumberOfMessagesPerSecond"),
        TaskHandle = parameters["TaskHandle"],
    };

    public static XElement Write(string operation, SqsResponse response, Guid requestId) => new(
        Names + $"{operation}Response",
        new XElement(
            Names + $"{operation}Result",
            Text("QueueUrl", response.QueueUrl),
            (response.QueueUrls ?? response.SourceQueueUrls)?.Select(url => Text("QueueUrl", url)),
            Text("NextToken", response.NextToken),
            Map("Attribute", response.Attributes, value => Text("Value", value)),
            response.Messages?.Select(Message),
            Receipt(response),
            response.Successful?.Select(receipt => new XElement(Names + $"{operation}ResultEntry", Text("Id", receipt.Id), Receipt(receipt))),
            response.Failed?.Select(Failure),
            response.Tags?.Select(tag => new XElement(Names + "Tag", Text("Key", tag.Key), Text("Value", tag.Value))),
            Text("TaskHandle", response.TaskHandle),
            Text("ApproximateNumberOfMessagesMoved", response.ApproximateNumberOfMessagesMoved),
            response.Results?.Select(MoveTask)),
        new XElement(Names + "ResponseMetadata", Text("RequestId", requestId.ToString())));

    public static XElement Write(AwsException error, Guid requestId) => new(
        Names + "ErrorResponse",
        new XElement(
            Names + "Error",
            Text("Type", error.Status < 500 ? "Sender" : "Receiver"),
            Text("Code", error.Code),
            Text("Message", error.Message),
            new XElement(Names + "Detail")),
        Text("RequestId", requestId.ToString()));

    private static SqsEntry Entry(QueryParameters entry) => new()
    {
        Id = entry["Id"],
        MessageBody = entry["MessageBody"],
        DelaySeconds = entry.Number("DelaySeconds"),
        MessageAttributes = entry.Map("MessageAttribute", "Name", Value),
        MessageSystemAttributes = entry.Map("MessageSystemAttribute", "Name", Value),
        ReceiptHandle = entry["ReceiptHandle"],
        VisibilityTimeout = entry.Number("VisibilityTimeout"),
    };

    private static MessageAttributeValue Value(QueryParameters entry) =>
        new(entry["Value.DataType"], entry["Value.StringValue"], entry["Value.BinaryValue"] is { } base64 ? Bytes(base64) : null);

    private static byte[] Bytes(string base64)
    {
        try
        {
            return Convert.FromBase64String(base64);
        }
        catch (FormatException)
        {
            throw SqsErrors.Invalid(base64, "BinaryValue", "it must be base64.");
        }
    }

    private static XElement Message(SqsMessage message) => new(
        Names + "Message",
        Text("MessageId", message.MessageId),
        Text("ReceiptHandle", message.ReceiptHandle),
        Text("MD5OfBody", message.MD5OfBody),
        Text("Body", message.Body),
        Map("Attribute", message.Attributes, value => Text("Value", value)),
        Text("MD5OfMessageAttributes", message.MD5OfMessageAttributes),
        Map("MessageAttribute", message.MessageAttributes, value => new XElement(
            Names + "Value",
            Text("StringValue", value.StringValue),
            Text("BinaryValue", value.BinaryValue is { } bytes ? Convert.ToBase64String(bytes) : null),
            Text("DataType", value.DataType))));

    private static IEnumerable<XElement?> Receipt(SqsReceipt receipt) =>
    [
        Text("MessageId", receipt.MessageId),
        Text("MD5OfMessageBody", receipt.MD5OfMessageBody),
        Text("MD5OfMessageAttributes", receipt.MD5OfMessageAttributes),
        Text("MD5OfMessageSystemAttributes", receipt.MD5OfMessageSystemAttributes),
    ];

    private static XElement Failure(SqsFailure failure) => new(
        Names + "BatchResultErrorEntry",
        Text("Id", failure.Id),
        Text("Code", failure.Code),
        Text("Message", failure.Message),
        Text("SenderFault", failure.SenderFault ? "true" : "false"));

    private static XElement MoveTask(SqsMoveTask task) => new(
        Names + "ListMessageMoveTasksResultEntry",
        Text(nameof(task.TaskHandle), task.TaskHandle),
        Text(nameof(task.Status), task.Status),
        Text(nameof(task.SourceArn), task.SourceArn),
        Text(nameof(task.DestinationArn), task.DestinationArn),
        Text(nameof(task.MaxNumberOfMessagesPerSecond), task.MaxNumberOfMessagesPerSecond),
        Text(nameof(task.ApproximateNumberOfMessagesMoved), task.ApproximateNumberOfMessagesMoved),
        Text(nameof(task.ApproximateNumberOfMessagesToMove), task.ApproximateNumberOfMessagesToMove),
        Text(nameof(task.FailureReason), task.FailureReason),
        Text(nameof(task.StartedTimestamp), task.StartedTimestamp));

    private static IEnumerable<XElement>? Map<T>(string name, IReadOnlyDictionary<string, T>? map, Func<T, XElement?> value) =>
        map?.Select(entry => new XElement(Names + name, Text("Name", entry.Key), value(entry.Value)));

    private static XElement? Text(string name, string? text) => text is null ? null : new XElement(Names + name, text);

    private static XElement? Text(string name, long? number) => Text(name, number?.ToString(CultureInfo.InvariantCulture));
}
