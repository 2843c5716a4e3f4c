using Amazon.SQS;
using Amazon.SQS.Model;
using TaskMesh.Testing.Contracts;

namespace TaskMesh.Testing.Sqs;

public abstract partial class SqsContract
{
    [ContractFact]
    public async Task A_message_received_too_often_goes_to_the_dead_letter_queue_with_its_time_of_sending()
    {
        var dead = await NewQueueAsync();
        var queue = await NewQueueAsync(new() { ["RedrivePolicy"] = await RedriveToAsync(dead, maxReceiveCount: 2) });
        await SendAsync(queue, "poison");

        var first = await ReceiveOneAsync(queue, visibility: 0);
        await ReceiveOneAsync(queue, visibility: 0);
        await AssertNothingComesAsync(queue);

        var parked = await ReceiveOneAsync(dead, visibility: 30);
        Assert.Equal("poison", parked.Body);
        Assert.Equal(first.Attributes[MessageSystemAttributeName.SentTimestamp], parked.Attributes[MessageSystemAttributeName.SentTimestamp]);
    }

    [ContractFact]
    public async Task A_move_task_sends_dead_letters_back_to_where_they_came_from()
    {
        var dead = await NewQueueAsync();
        var queue = await NewQueueAsync(new() { ["RedrivePolicy"] = await RedriveToAsync(dead, maxReceiveCount: 1) });
        await SendAsync(queue, "second chance");
        await ReceiveOneAsync(queue, visibility: 0);
        await AssertNothingComesAsync(queue);

        var source = await ArnOfAsync(dead);
        await Sqs.StartMessageMoveTaskAsync(new StartMessageMoveTaskRequest { SourceArn = source });

        Assert.Equal("second chance", (await ReceiveOneAsync(queue, visibility: 30)).Body);
        var task = Assert.Single((await Sqs.ListMessageMoveTasksAsync(new ListMessageMoveTasksRequest { SourceArn = source })).Results);
        Assert.Equal(source, task.SourceArn);
    }

    [ContractFact]
    public async Task A_moved_message_is_a_new_one()
    {
        var (dead, queue) = await NewPairAsync();
        var parked = await ParkAsync(queue, dead, "again");

        await StartMoveAsync(dead);

        var moved = await ReceiveOneAsync(queue, visibility: 30);
        Assert.NotEqual(parked.MessageId, moved.MessageId);
        Assert.Equal("1", moved.Attributes[MessageSystemAttributeName.ApproximateReceiveCount]);
    }

    [ContractFact]
    public async Task A_move_task_may_name_another_destination()
    {
        var (dead, queue) = await NewPairAsync();
        var other = await NewQueueAsync();
        await ParkAsync(queue, dead, "elsewhere");

        await Sqs.StartMessageMoveTaskAsync(
            new StartMessageMoveTaskRequest { SourceArn = await ArnOfAsync(dead), DestinationArn = await ArnOfAsync(other) });

        Assert.Equal("elsewhere", (await ReceiveOneAsync(other, visibility: 30)).Body);
    }

    [ContractFact]
    public async Task Messages_that_nobody_moved_to_the_dead_letter_queue_have_nowhere_to_go_back_to()
    {
        var (dead, _) = await NewPairAsync();
        await SendAsync(dead, "sent here");

        await StartMoveAsync(dead);

        var task = await Eventually.GetAsync(() => LatestTaskAsync(dead), task => task.Status != "RUNNING");
        Assert.Equal(("FAILED", "CouldNotDetermineMessageSource"), (task.Status, task.FailureReason));
        Assert.Equal("sent here", (await ReceiveOneAsync(dead, visibility: 30)).Body);
    }

    [ContractFact]
    public async Task A_move_task_keeps_to_its_rate_and_can_be_cancelled()
    {
        var (dead, queue) = await NewPairAsync();
        await SendBatchAsync(dead, [.. Enumerable.Range(0, 10).Select(i => $"message {i}")]);
        var request = new StartMessageMoveTaskRequest
        {
            SourceArn = await ArnOfAsync(dead),
            DestinationArn = await ArnOfAsync(queue),
            MaxNumberOfMessagesPerSecond = 1,
        };

        var handle = (await Sqs.StartMessageMoveTaskAsync(request)).TaskHandle;
        var second = await Assert.ThrowsAnyAsync<AmazonSQSException>(() => Sqs.StartMessageMoveTaskAsync(request));
        var running = await LatestTaskAsync(dead);
        var cancelled = await Sqs.CancelMessageMoveTaskAsync(new CancelMessageMoveTaskRequest { TaskHandle = handle });

        Assert.Equal(("RUNNING", handle, 1), (running.Status, running.TaskHandle, running.MaxNumberOfMessagesPerSecond));
        Assert.Equal(request.DestinationArn, running.DestinationArn);
        Assert.InRange(cancelled.ApproximateNumberOfMessagesMoved!.Value, 0, 9);
        Assert.True(second.ErrorCode is "AWS.SimpleQueueService.UnsupportedOperation" or "InvalidParameterValue", second.ErrorCode);
        var ended = await Eventually.GetAsync(() => LatestTaskAsync(dead), task => task.Status == "CANCELLED");
        Assert.Null(ended.TaskHandle);
    }

    [ContractFact]
    public async Task Only_dead_letter_queues_that_exist_are_sources_of_move_tasks()
    {
        var queue = await ArnOfAsync(await NewQueueAsync());

        var plain = await Assert.ThrowsAsync<AmazonSQSException>(
            () => Sqs.StartMessageMoveTaskAsync(new StartMessageMoveTaskRequest { SourceArn = queue }));

        Assert.Equal("InvalidParameterValue", plain.ErrorCode);
        await Assert.ThrowsAsync<ResourceNotFoundException>(
            () => Sqs.StartMessageMoveTaskAsync(new StartMessageMoveTaskRequest { SourceArn = queue + "x" }));
    }

    [ContractFact]
    public async Task A_dead_letter_queue_knows_its_sources()
    {
        var (dead, queue) = await NewPairAsync();

        var answer = await Sqs.ListDeadLetterSourceQueuesAsync(new ListDeadLetterSourceQueuesRequest { QueueUrl = dead });
        var none = await Sqs.ListDeadLetterSourceQueuesAsync(new ListDeadLetterSourceQueuesRequest { QueueUrl = queue });

        Assert.Equal([queue], answer.QueueUrls);
        Assert.Empty(none.QueueUrls ?? []);
    }

    [ContractFact]
    public async Task A_dead_letter_queue_may_refuse_sources()
    {
        var allowed = await NewQueueAsync();
        var dead = await NewQueueAsync();
        var policy = $$"""{"redrivePermission":"byQueue","sourceQueueArns":["{{await ArnOfAsync(allowed)}}"]}""";
        await Sqs.SetQueueAttributesAsync(dead, new() { ["RedriveAllowPolicy"] = policy });
        var redrive = await RedriveToAsync(dead, maxReceiveCount: 1);

        await Sqs.SetQueueAttributesAsync(allowed, new() { ["RedrivePolicy"] = redrive });
        var refusal = await Assert.ThrowsAsync<AmazonSQSException>(() => NewQueueAsync(new() { ["RedrivePolicy"] = redrive }));

        Assert.Equal("InvalidParameterValue", refusal.ErrorCode);
    }

    private async Task<(string Dead, string Queue)> NewPairAsync()
    {
        var dead = await NewQueueAsync();
        return (dead, await NewQueueAsync(new() { ["RedrivePolicy"] = await RedriveToAsync(dead, maxReceiveCount: 1) }));
    }

    /// <summary>Brings a message to the dead-letter queue by receiving it too often, and tells how it looks there.</summary>
    private async Task<Message> ParkAsync(string queue, string dead, string body)
    {
        await SendAsync(queue, body);
        await ReceiveOneAsync(queue, visibility: 0);
        await AssertNothingComesAsync(queue);
        return await ReceiveOneAsync(dead, visibility: 0);
    }

    private async Task StartMoveAsync(string dead) =>
        await Sqs.StartMessageMoveTaskAsync(new StartMessageMoveTaskRequest { SourceArn = await ArnOfAsync(dead) });

    private async Task<ListMessageMoveTasksResultEntry> LatestTaskAsync(string dead) =>
        (await Sqs.ListMessageMoveTasksAsync(new ListMessageMoveTasksRequest { SourceArn = await ArnOfAsync(dead) })).Results[0];

    private async Task<string> RedriveToAsync(string dead, int maxReceiveCount) =>
        $$"""{"deadLetterTargetArn":"{{await ArnOfAsync(dead)}}","maxReceiveCount":"{{maxReceiveCount}}"}""";
}
