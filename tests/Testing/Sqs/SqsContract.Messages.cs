using System.Text;
using Amazon.SQS;
using Amazon.SQS.Model;
using TaskMesh.Testing.Contracts;

namespace TaskMesh.Testing.Sqs;

public abstract partial class SqsContract
{
    [ContractFact]
    public async Task A_message_arrives_as_it_was_sent()
    {
        var queue = await NewQueueAsync();

        var sent = await SendAsync(queue, "{\"name\":\"Ünïcödé\"}\t\r\n");

        var message = await ReceiveOneAsync(queue, visibility: 30);
        Assert.Equal(sent.MessageId, message.MessageId);
        Assert.Equal("{\"name\":\"Ünïcödé\"}\t\r\n", message.Body);
    }

    [ContractFact]
    public async Task Characters_above_the_basic_plane_arrive_too()
    {
        var queue = await NewQueueAsync();

        await SendAsync(queue, "𝄞");

        Assert.Equal("𝄞", (await ReceiveOneAsync(queue, visibility: 30)).Body);
    }

    [ContractFact]
    public async Task An_empty_queue_answers_without_a_list_of_messages()
    {
        var queue = await NewQueueAsync();

        var answer = await Sqs.ReceiveMessageAsync(queue);

        Assert.Null(answer.Messages);
    }

    [ContractFact]
    public async Task A_long_poll_ends_when_a_message_arrives()
    {
        var queue = await NewQueueAsync();

        var poll = PollAsync(queue, seconds: 20);
        await ArnOfAsync(queue);
        await SendAsync(queue, "wake up");

        var answer = await poll.WaitAsync(TimeSpan.FromSeconds(LongPollSeconds));
        Assert.Equal("wake up", Assert.Single(answer.Messages).Body);
    }

    [ContractFact]
    public async Task A_delayed_message_comes_after_its_delay()
    {
        var queue = await NewQueueAsync();

        await Sqs.SendMessageAsync(new SendMessageRequest(queue, "later") { DelaySeconds = 1 });

        Assert.Null((await PollAsync(queue, seconds: 0)).Messages);
        Assert.Equal("later", (await ReceiveOneAsync(queue, visibility: 30)).Body);
    }

    [ContractFact]
    public async Task A_received_message_is_hidden_and_comes_back_after_its_visibility_timeout()
    {
        var queue = await NewQueueAsync();
        await SendAsync(queue, "again");

        var first = await ReceiveOneAsync(queue, visibility: 1);
        var hidden = await PollAsync(queue, seconds: 0);
        var second = await ReceiveOneAsync(queue, visibility: 30);

        Assert.Null(hidden.Messages);
        Assert.Equal(first.MessageId, second.MessageId);
        Assert.NotEqual(first.ReceiptHandle, second.ReceiptHandle);
    }

    [ContractFact]
    public async Task Visibility_can_be_extended()
    {
        var queue = await NewQueueAsync();
        await SendAsync(queue, "mine");

        var message = await ReceiveOneAsync(queue, visibility: 1);
        await Sqs.ChangeMessageVisibilityAsync(queue, message.ReceiptHandle, 30);

        await AssertNothingComesAsync(queue);
    }

    [ContractFact]
    public async Task Visibility_zero_hands_a_message_back_at_once()
    {
        var queue = await NewQueueAsync();
        await SendAsync(queue, "back");

        var message = await ReceiveOneAsync(queue, visibility: 600);
        await Sqs.ChangeMessageVisibilityAsync(queue, message.ReceiptHandle, 0);

        Assert.Equal(message.MessageId, (await ReceiveOneAsync(queue, visibility: 30)).MessageId);
    }

    [ContractFact]
    public async Task The_visibility_of_a_message_that_is_not_in_flight_cannot_be_changed()
    {
        var queue = await NewQueueAsync();
        await SendAsync(queue, "gone");
        var message = await ReceiveOneAsync(queue, visibility: 30);
        await Sqs.DeleteMessageAsync(queue, message.ReceiptHandle);

        var refusal = await Assert.ThrowsAnyAsync<AmazonSQSException>(() => Sqs.ChangeMessageVisibilityAsync(queue, message.ReceiptHandle, 30));

        Assert.True(refusal is MessageNotInflightException or { ErrorCode: "InvalidParameterValue" }, refusal.ErrorCode);
    }

    [ContractFact]
    public async Task A_deleted_message_does_not_come_back()
    {
        var queue = await NewQueueAsync();
        await SendAsync(queue, "done");

        var message = await ReceiveOneAsync(queue, visibility: 1);
        await Sqs.DeleteMessageAsync(queue, message.ReceiptHandle);

        await AssertNothingComesAsync(queue);
    }

    [ContractFact]
    public async Task Deleting_by_a_receipt_handle_of_an_earlier_receive_succeeds()
    {
        var queue = await NewQueueAsync();
        await SendAsync(queue, "twice");

        var earlier = await ReceiveOneAsync(queue, visibility: 0);
        await ReceiveOneAsync(queue, visibility: 30);

        // Whether it also deletes is left open, so nobody may rely on it.
        await Sqs.DeleteMessageAsync(queue, earlier.ReceiptHandle);
    }

    [ContractFact]
    public async Task Each_receive_counts_and_the_time_of_sending_stays()
    {
        var queue = await NewQueueAsync();
        await SendAsync(queue, "count");

        var first = await ReceiveOneAsync(queue, visibility: 0);
        var second = await ReceiveOneAsync(queue, visibility: 0);

        Assert.Equal("1", first.Attributes[MessageSystemAttributeName.ApproximateReceiveCount]);
        Assert.Equal("2", second.Attributes[MessageSystemAttributeName.ApproximateReceiveCount]);
        Assert.Equal(first.Attributes[MessageSystemAttributeName.SentTimestamp], second.Attributes[MessageSystemAttributeName.SentTimestamp]);
        Assert.Equal(
            first.Attributes[MessageSystemAttributeName.ApproximateFirstReceiveTimestamp],
            second.Attributes[MessageSystemAttributeName.ApproximateFirstReceiveTimestamp]);
    }

    [ContractFact]
    public async Task Attributes_come_only_when_they_are_asked_for()
    {
        var queue = await NewQueueAsync();
        await SendAsync(queue, "plain");

        var answer = await Sqs.ReceiveMessageAsync(queue);

        Assert.Null(Assert.Single(answer.Messages).Attributes);
    }

    [ContractFact]
    public async Task Message_attributes_travel_with_the_message()
    {
        var queue = await NewQueueAsync();
        var attributes = new Dictionary<string, MessageAttributeValue>
        {
            ["trace"] = new() { DataType = "String", StringValue = "4bf92f35" },
            ["bytes"] = new() { DataType = "Binary", BinaryValue = new MemoryStream(Encoding.UTF8.GetBytes("\0\xFF")) },
        };

        await Sqs.SendMessageAsync(new SendMessageRequest(queue, "with attributes") { MessageAttributes = attributes });

        var message = await ReceiveOneAsync(queue, visibility: 30);
        Assert.Equal("4bf92f35", message.MessageAttributes["trace"].StringValue);
        Assert.Equal(attributes["bytes"].BinaryValue.ToArray(), message.MessageAttributes["bytes"].BinaryValue.ToArray());
    }
}
