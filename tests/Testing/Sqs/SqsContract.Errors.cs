using Amazon.Runtime;
using Amazon.SQS;
using Amazon.SQS.Model;
using TaskMesh.Testing.Contracts;

namespace TaskMesh.Testing.Sqs;

public abstract partial class SqsContract
{
    [ContractFact]
    public async Task A_queue_that_does_not_exist_is_named_as_the_error()
    {
        var queue = await NewQueueAsync();
        var missing = queue[..(queue.LastIndexOf('/') + 1)] + NewName();

        var byUrl = await Assert.ThrowsAsync<QueueDoesNotExistException>(() => SendAsync(missing, "lost"));
        var byName = await Assert.ThrowsAsync<QueueDoesNotExistException>(() => Sqs.GetQueueUrlAsync(NewName()));

        Assert.Equal(("AWS.SimpleQueueService.NonExistentQueue", ErrorType.Sender), (byUrl.ErrorCode, byUrl.ErrorType));
        Assert.Equal(byUrl.ErrorCode, byName.ErrorCode);
    }

    [ContractFact]
    public async Task A_message_may_have_one_mebibyte_and_not_a_byte_more()
    {
        var queue = await NewQueueAsync();
        var largest = new string('x', MaxMessageBytes);

        await SendAsync(queue, largest);
        var refusal = await Assert.ThrowsAsync<AmazonSQSException>(() => SendAsync(queue, largest + "x"));

        Assert.Equal("InvalidParameterValue", refusal.ErrorCode);
        Assert.Equal(MaxMessageBytes, (await ReceiveOneAsync(queue, visibility: 30)).Body.Length);
    }

    [ContractFact]
    public async Task Attributes_count_as_part_of_a_message()
    {
        var queue = await NewQueueAsync();
        var attribute = new MessageAttributeValue { DataType = "String", StringValue = "12345" };
        var request = new SendMessageRequest(queue, new string('x', MaxMessageBytes - 5)) { MessageAttributes = new() { ["name"] = attribute } };

        var refusal = await Assert.ThrowsAsync<AmazonSQSException>(() => Sqs.SendMessageAsync(request));

        Assert.Equal("InvalidParameterValue", refusal.ErrorCode);
    }

    [ContractFact]
    public async Task Characters_outside_xml_are_refused()
    {
        var queue = await NewQueueAsync();

        await Assert.ThrowsAsync<InvalidMessageContentsException>(() => SendAsync(queue, "bell \a"));
        await Assert.ThrowsAsync<InvalidMessageContentsException>(() => SendAsync(queue, "not a character \uFFFE"));
    }

    [ContractFact]
    public async Task What_is_no_receipt_handle_is_refused()
    {
        var queue = await NewQueueAsync();

        await Assert.ThrowsAsync<ReceiptHandleIsInvalidException>(() => Sqs.DeleteMessageAsync(queue, "no receipt handle"));
        await Assert.ThrowsAsync<ReceiptHandleIsInvalidException>(() => Sqs.ChangeMessageVisibilityAsync(queue, "no receipt handle", 1));
    }

    [ContractFact]
    public async Task Values_out_of_range_are_refused()
    {
        var queue = await NewQueueAsync();

        var tooMany = await Assert.ThrowsAsync<AmazonSQSException>(() => PollAsync(queue, seconds: 0, count: 11));
        var tooLong = await Assert.ThrowsAsync<AmazonSQSException>(() => PollAsync(queue, seconds: 21));
        var hiddenTooLong = await Assert.ThrowsAsync<AmazonSQSException>(() => PollAsync(queue, seconds: 0, visibility: 43_201));

        Assert.All([tooMany, tooLong, hiddenTooLong], refusal => Assert.Equal("InvalidParameterValue", refusal.ErrorCode));
    }
}
