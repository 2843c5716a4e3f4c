using System.Xml.Linq;
using TaskMesh.LocalCloud.Sqs;
using TaskMesh.LocalCloud.Wire;

namespace TaskMesh.Unit.LocalCloud.Sqs;

public class SqsQueryProtocolTests
{
    private static readonly Guid Request = new("00000000-0000-0000-0000-000000000001");

    [Fact]
    public void A_batch_is_read_with_its_attributes()
    {
        var request = SqsQueryProtocol.Read("SendMessageBatch", From(
            ("SendMessageBatchRequestEntry.1.Id", "a"),
            ("SendMessageBatchRequestEntry.1.MessageBody", "one"),
            ("SendMessageBatchRequestEntry.2.Id", "b"),
            ("SendMessageBatchRequestEntry.2.MessageBody", "two"),
            ("SendMessageBatchRequestEntry.2.DelaySeconds", "5"),
            ("SendMessageBatchRequestEntry.2.MessageAttribute.1.Name", "kind"),
            ("SendMessageBatchRequestEntry.2.MessageAttribute.1.Value.DataType", "Binary"),
            ("SendMessageBatchRequestEntry.2.MessageAttribute.1.Value.BinaryValue", "AQI=")));

        Assert.Equal([("a", "one", null), ("b", "two", 5)], request.Entries!.Select(entry => (entry.Id, entry.MessageBody, entry.DelaySeconds)));
        Assert.Equal([1, 2], request.Entries![1].MessageAttributes!["kind"].BinaryValue);
    }

    [Fact]
    public void A_received_message_is_written_as_the_service_writes_it()
    {
        var message = new SqsMessage
        {
            MessageId = "id",
            ReceiptHandle = "handle",
            MD5OfBody = "md5",
            Body = "<&>",
            Attributes = new Dictionary<string, string> { ["SentTimestamp"] = "1" },
            MessageAttributes = new Dictionary<string, MessageAttributeValue> { ["kind"] = new("String", "x") },
        };

        var xml = SqsQueryProtocol.Write("ReceiveMessage", new SqsResponse { Messages = [message] }, Request);

        Assert.Equal(
            "<ReceiveMessageResponse xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\"><ReceiveMessageResult><Message>"
            + "<MessageId>id</MessageId><ReceiptHandle>handle</ReceiptHandle><MD5OfBody>md5</MD5OfBody><Body>&lt;&amp;&gt;</Body>"
            + "<Attribute><Name>SentTimestamp</Name><Value>1</Value></Attribute>"
            + "<MessageAttribute><Name>kind</Name><Value><StringValue>x</StringValue><DataType>String</DataType></Value></MessageAttribute>"
            + $"</Message></ReceiveMessageResult><ResponseMetadata><RequestId>{Request}</RequestId></ResponseMetadata></ReceiveMessageResponse>",
            xml.ToString(SaveOptions.DisableFormatting));
    }

    [Fact]
    public void Tags_permissions_and_move_tasks_are_read()
    {
        var request = SqsQueryProtocol.Read("AddPermission", From(
            ("Tag.1.Key", "app"), ("Tag.1.Value", "mesh"), ("TagKey.1", "old"),
            ("Label", "senders"), ("AWSAccountId.1", "000000000001"), ("ActionName.1", "SendMessage"), ("ActionName.2", "GetQueueUrl"),
            ("SourceArn", "from"), ("DestinationArn", "to"), ("MaxNumberOfMessagesPerSecond", "5"), ("TaskHandle", "handle")));

        Assert.Equal([new("app", "mesh")], request.Tags!);
        Assert.Equal(["old"], request.TagKeys);
        Assert.Equal(["000000000001"], request.AWSAccountIds);
        Assert.Equal(["SendMessage", "GetQueueUrl"], request.Actions);
        Assert.Equal(("senders", "from", "to"), (request.Label, request.SourceArn, request.DestinationArn));
        Assert.Equal((5, "handle"), (request.MaxNumberOfMessagesPerSecond, request.TaskHandle));
    }

    [Fact]
    public void Tags_sources_and_move_tasks_are_written_as_the_service_writes_them()
    {
        var task = new SqsMoveTask(null, "FAILED", "from", "to", 5, 1, 2, "why", 3);

        var xml = SqsQueryProtocol.Write(
            "X",
            new SqsResponse { SourceQueueUrls = ["url"], Tags = new Dictionary<string, string> { ["app"] = "mesh" }, Results = [task] },
            Request);

        Assert.Equal(
            "<XResult><QueueUrl>url</QueueUrl><Tag><Key>app</Key><Value>mesh</Value></Tag><ListMessageMoveTasksResultEntry>"
            + "<Status>FAILED</Status><SourceArn>from</SourceArn><DestinationArn>to</DestinationArn>"
            + "<MaxNumberOfMessagesPerSecond>5</MaxNumberOfMessagesPerSecond>"
            + "<ApproximateNumberOfMessagesMoved>1</ApproximateNumberOfMessagesMoved>"
            + "<ApproximateNumberOfMessagesToMove>2</ApproximateNumberOfMessagesToMove><FailureReason>why</FailureReason>"
            + "<StartedTimestamp>3</StartedTimestamp></ListMessageMoveTasksResultEntry></XResult>",
            xml.Elements().First().ToString(SaveOptions.DisableFormatting)
                .Replace(" xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\"", "", StringComparison.Ordinal));
    }

    [Fact]
    public void An_error_says_whose_fault_it_is()
    {
        var xml = SqsQueryProtocol.Write(new AwsException("Code", "message"), Request);

        Assert.Equal(
            "<ErrorResponse xmlns=\"http://queue.amazonaws.com/doc/2012-11-05/\"><Error><Type>Sender</Type><Code>Code</Code>"
            + $"<Message>message</Message><Detail /></Error><RequestId>{Request}</RequestId></ErrorResponse>",
            xml.ToString(SaveOptions.DisableFormatting));
    }

    [Fact]
    public void Bytes_that_are_not_base64_are_refused()
    {
        var parameters = From(("MessageAttribute.1.Name", "kind"), ("MessageAttribute.1.Value.BinaryValue", "%"));

        Assert.Equal("InvalidParameterValue", Assert.Throws<AwsException>(() => SqsQueryProtocol.Read("SendMessage", parameters)).Code);
    }

    private static QueryParameters From(params (string Name, string Value)[] fields) =>
        QueryParameters.From([.. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))]);
}
