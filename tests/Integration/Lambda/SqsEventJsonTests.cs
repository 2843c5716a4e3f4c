using System.Text;
using System.Text.Json.Serialization;
using Amazon.Lambda.Core;
using Amazon.Lambda.Serialization.SystemTextJson;
using Amazon.Lambda.SQSEvents;

namespace TaskMesh.Integration.Lambda;

/// <summary>What Lambda and a function say to each other about a batch of messages.</summary>
public sealed partial class SqsEventJsonTests
{
    public static TheoryData<ILambdaSerializer> Serializers =>
        [new DefaultLambdaJsonSerializer(), new SourceGeneratorLambdaJsonSerializer<EventJson>()];

    [Theory]
    [MemberData(nameof(Serializers))]
    public void An_event_is_read_with_all_its_members(ILambdaSerializer serializer)
    {
        var json = """
            {
              "Records": [
                {
                  "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
                  "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
                  "body": "Test message.",
                  "attributes": { "ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183" },
                  "messageAttributes": {
                    "bytes": { "binaryValue": "AAE=", "stringListValues": [], "binaryListValues": [], "dataType": "Binary" }
                  },
                  "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
                  "eventSource": "aws:sqs",
                  "eventSourceARN": "arn:aws:sqs:us-east-2:123456789012:my-queue",
                  "awsRegion": "us-east-2"
                }
              ]
            }
            """;

        var message = Assert.Single(serializer.Deserialize<SQSEvent>(new MemoryStream(Encoding.UTF8.GetBytes(json))).Records);

        Assert.Equal("059f36b4-87a3-44ab-83d2-661975830a7d", message.MessageId);
        Assert.Equal("Test message.", message.Body);
        Assert.Equal("1", message.Attributes["ApproximateReceiveCount"]);
        Assert.Equal([0, 1], message.MessageAttributes["bytes"].BinaryValue.ToArray());
        Assert.Equal("e4e68fb7bd0e697a0ae8f1bb342846b3", message.Md5OfBody);
        Assert.Equal("arn:aws:sqs:us-east-2:123456789012:my-queue", message.EventSourceArn);
        Assert.Equal(("aws:sqs", "us-east-2"), (message.EventSource, message.AwsRegion));
    }

    [Theory]
    [MemberData(nameof(Serializers))]
    public void Failures_are_written_in_the_letter_case_that_Lambda_reads(ILambdaSerializer serializer)
    {
        var none = Write(serializer, new SQSBatchResponse());
        var one = Write(serializer, new SQSBatchResponse([new SQSBatchResponse.BatchItemFailure { ItemIdentifier = "id" }]));

        Assert.Equal("""{"batchItemFailures":[]}""", none);
        Assert.Equal("""{"batchItemFailures":[{"itemIdentifier":"id"}]}""", one);
    }

    private static string Write(ILambdaSerializer serializer, SQSBatchResponse response)
    {
        using var stream = new MemoryStream();
        serializer.Serialize(response, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    [JsonSerializable(typeof(SQSEvent))]
    [JsonSerializable(typeof(SQSBatchResponse))]
    internal sealed partial class EventJson : JsonSerializerContext;
}
