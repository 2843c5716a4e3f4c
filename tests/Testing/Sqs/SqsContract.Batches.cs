using Amazon.SQS.Model;
using TaskMesh.Testing.Contracts;

namespace TaskMesh.Testing.Sqs;

public abstract partial class SqsContract
{
    private const int MaxMessageBytes = 1_048_576;

    [ContractFact]
    public async Task Messages_of_a_batch_all_arrive()
    {
        var queue = await NewQueueAsync();

        var answer = await SendBatchAsync(queue, [.. Enumerable.Range(0, 10).Select(i => $"message {i}")]);

        var bodies = new HashSet<string>();
        while (bodies.Count < 10)
            bodies.UnionWith((await PollAsync(queue, LongPollSeconds, count: 10)).Messages.Select(message => message.Body));
        Assert.Equal(10, answer.Successful.Count);
        Assert.Empty(answer.Failed ?? []);
    }

    [ContractFact]
    public async Task A_bad_entry_of_a_send_fails_alone()
    {
        var queue = await NewQueueAsync();

        var answer = await SendBatchAsync(queue, "good", "bad \u0001", "good too");

        var failed = Assert.Single(answer.Failed);
        Assert.Equal("1", failed.Id);
        Assert.Equal("InvalidMessageContents", failed.Code);
        Assert.True(failed.SenderFault);
        Assert.Equal(["0", "2"], answer.Successful.Select(entry => entry.Id).Order());
    }

    [ContractFact]
    public async Task A_bad_entry_of_a_delete_fails_alone()
    {
        var queue = await NewQueueAsync();
        await SendAsync(queue, "delete me");
        var message = await ReceiveOneAsync(queue, visibility: 1);

        var answer = await Sqs.DeleteMessageBatchAsync(queue, [new("good", message.ReceiptHandle), new("bad", "no receipt handle")]);

        Assert.Equal("good", Assert.Single(answer.Successful).Id);
        Assert.Equal(("bad", "ReceiptHandleIsInvalid"), (Assert.Single(answer.Failed).Id, answer.Failed[0].Code));
        await AssertNothingComesAsync(queue);
    }

    [ContractFact]
    public async Task A_bad_entry_of_a_change_of_visibility_fails_alone()
    {
        var queue = await NewQueueAsync();
        await SendAsync(queue, "keep me");
        var message = await ReceiveOneAsync(queue, visibility: 600);

        var answer = await Sqs.ChangeMessageVisibilityBatchAsync(
            queue,
            [
                new("good", message.ReceiptHandle) { VisibilityTimeout = 0 },
                new("bad", "no receipt handle") { VisibilityTimeout = 0 },
            ]);

        Assert.Equal("good", Assert.Single(answer.Successful).Id);
        Assert.Equal(("bad", "ReceiptHandleIsInvalid"), (Assert.Single(answer.Failed).Id, answer.Failed[0].Code));
        await ReceiveOneAsync(queue, visibility: 30);
    }

    [ContractFact]
    public async Task A_batch_that_is_wrong_as_a_whole_is_refused()
    {
        var queue = await NewQueueAsync();

        await Assert.ThrowsAsync<EmptyBatchRequestException>(() => Sqs.SendMessageBatchAsync(queue, []));
        await Assert.ThrowsAsync<TooManyEntriesInBatchRequestException>(
            () => SendBatchAsync(queue, [.. Enumerable.Range(0, 11).Select(i => $"message {i}")]));
        await Assert.ThrowsAsync<BatchEntryIdsNotDistinctException>(() => Sqs.SendMessageBatchAsync(queue, [new("a", "1"), new("a", "2")]));
        await Assert.ThrowsAsync<InvalidBatchEntryIdException>(() => Sqs.SendMessageBatchAsync(queue, [new("no spaces", "1")]));
    }

    [ContractFact]
    public async Task A_batch_may_carry_one_mebibyte_and_not_a_byte_more()
    {
        var queue = await NewQueueAsync();
        var half = new string('x', MaxMessageBytes / 2);

        var answer = await SendBatchAsync(queue, half, half);

        Assert.Equal(2, answer.Successful.Count);
        await Assert.ThrowsAsync<BatchRequestTooLongException>(() => SendBatchAsync(queue, half, half + "x"));
    }

    private Task<SendMessageBatchResponse> SendBatchAsync(string queue, params string[] bodies) =>
        Sqs.SendMessageBatchAsync(queue, [.. bodies.Select((body, i) => new SendMessageBatchRequestEntry($"{i}", body))]);
}
