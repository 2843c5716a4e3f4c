using System.Text.Json;
using TaskMesh.LocalCloud.Sqs;

namespace TaskMesh.LocalCloud.Lambda;

/// <summary>A batch of messages as a function gets it ("Using Lambda with Amazon SQS" in the Lambda Developer Guide).</summary>
internal static class SqsEvent
{
    public static byte[] Write(IReadOnlyList<StoredMessage> batch, SqsMessages messages, string queueArn, string region)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("Records");
            foreach (var message in batch)
                Write(json, message, messages, queueArn, region);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private static void Write(Utf8JsonWriter json, StoredMessage message, SqsMessages messages, string queueArn, string region)
    {
        json.WriteStartObject();
        json.WriteString("messageId", message.Id);
        json.WriteString("receiptHandle", message.Handle.ToString());
        json.WriteString("body", message.Body);
        json.WriteString("md5OfBody", MessageDigest.Of(message.Body));
        json.WriteStartObject("attributes");
        foreach (var (name, value) in messages.SystemAttributes(message))
            json.WriteString(name, value);
        json.WriteEndObject();
        WriteAttributes(json, message.ReadAttributes());
        json.WriteString("eventSource", "aws:sqs");
        json.WriteString("eventSourceARN", queueArn);
        json.WriteString("awsRegion", region);
        json.WriteEndObject();
    }

    private static void WriteAttributes(Utf8JsonWriter json, IReadOnlyDictionary<string, MessageAttributeValue> attributes)
    {
        json.WriteStartObject("messageAttributes");
        foreach (var (name, value) in attributes)
        {
            json.WriteStartObject(name);
            if (value.BinaryValue is { } bytes)
                json.WriteBase64String("binaryValue", bytes);
            else
                json.WriteString("stringValue", value.StringValue);
            json.WriteString("dataType", value.DataType);
            json.WriteStartArray("stringListValues");
            json.WriteEndArray();
            json.WriteStartArray("binaryListValues");
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndObject();
        if (MessageDigest.Of(attributes) is { } digest)
            json.WriteString("md5OfMessageAttributes", digest);
    }
}
