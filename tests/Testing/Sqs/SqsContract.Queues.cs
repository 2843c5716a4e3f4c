using Amazon.SQS;
using Amazon.SQS.Model;
using TaskMesh.Testing.Contracts;

namespace TaskMesh.Testing.Sqs;

public abstract partial class SqsContract
{
    [ContractFact]
    public async Task A_queue_is_found_by_its_name_and_by_a_prefix_of_it()
    {
        var name = NewName();
        var queue = (await Sqs.CreateQueueAsync(name)).QueueUrl;
        _queues.Add(queue);

        Assert.Equal(queue, (await Sqs.GetQueueUrlAsync(name)).QueueUrl);
        Assert.Equal([queue], (await Sqs.ListQueuesAsync(name[..^1])).QueueUrls);
    }

    [ContractFact]
    public async Task Creating_a_queue_again_finds_it_unless_the_attributes_differ()
    {
        var request = new CreateQueueRequest { QueueName = NewName(), Attributes = new() { ["VisibilityTimeout"] = "20" } };
        var queue = (await Sqs.CreateQueueAsync(request)).QueueUrl;
        _queues.Add(queue);

        Assert.Equal(queue, (await Sqs.CreateQueueAsync(request)).QueueUrl);
        request.Attributes["VisibilityTimeout"] = "21";
        await Assert.ThrowsAsync<QueueNameExistsException>(() => Sqs.CreateQueueAsync(request));
    }

    [ContractFact]
    public async Task Attributes_of_a_queue_are_read_and_changed()
    {
        var queue = await NewQueueAsync(new() { ["VisibilityTimeout"] = "20" });

        await Sqs.SetQueueAttributesAsync(queue, new() { ["DelaySeconds"] = "3" });

        var attributes = (await Sqs.GetQueueAttributesAsync(queue, ["All"])).Attributes;
        Assert.Equal("20", attributes[QueueAttributeName.VisibilityTimeout]);
        Assert.Equal("3", attributes[QueueAttributeName.DelaySeconds]);
        Assert.Equal("345600", attributes[QueueAttributeName.MessageRetentionPeriod]);
        Assert.EndsWith(queue[queue.LastIndexOf('/')..].Replace('/', ':'), attributes[QueueAttributeName.QueueArn]);
    }

    [ContractFact]
    public async Task Messages_are_counted_by_state()
    {
        var queue = await NewQueueAsync();
        await SendBatchAsync(queue, "visible", "in flight");
        await Sqs.SendMessageAsync(new SendMessageRequest(queue, "delayed") { DelaySeconds = 900 });
        await ReceiveOneAsync(queue, visibility: 600);

        var attributes = (await Sqs.GetQueueAttributesAsync(queue, ["All"])).Attributes;

        Assert.Equal("1", attributes[QueueAttributeName.ApproximateNumberOfMessages]);
        Assert.Equal("1", attributes[QueueAttributeName.ApproximateNumberOfMessagesNotVisible]);
        Assert.Equal("1", attributes[QueueAttributeName.ApproximateNumberOfMessagesDelayed]);
    }

    [ContractFact]
    public async Task Tags_are_added_and_removed()
    {
        var queue = await NewQueueAsync();

        await Sqs.TagQueueAsync(new TagQueueRequest { QueueUrl = queue, Tags = new() { ["app"] = "taskmesh", ["stage"] = "test" } });
        await Sqs.UntagQueueAsync(new UntagQueueRequest { QueueUrl = queue, TagKeys = ["stage"] });

        var tags = (await Sqs.ListQueueTagsAsync(new ListQueueTagsRequest { QueueUrl = queue })).Tags;
        Assert.Equal([new("app", "taskmesh")], tags);
    }

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

    private async Task<string> RedriveToAsync(string dead, int maxReceiveCount) =>
        $$"""{"deadLetterTargetArn":"{{await ArnOfAsync(dead)}}","maxReceiveCount":"{{maxReceiveCount}}"}""";
}
