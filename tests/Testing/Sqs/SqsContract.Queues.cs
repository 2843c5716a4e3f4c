using System.Text.Json;
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
    public async Task A_new_queue_may_have_tags()
    {
        var queue = (await Sqs.CreateQueueAsync(new CreateQueueRequest { QueueName = NewName(), Tags = new() { ["app"] = "taskmesh" } })).QueueUrl;
        _queues.Add(queue);

        Assert.Equal([new("app", "taskmesh")], (await Sqs.ListQueueTagsAsync(new ListQueueTagsRequest { QueueUrl = queue })).Tags);
    }

    [ContractFact]
    public async Task Permissions_stand_in_the_policy_under_their_label()
    {
        var queue = await NewQueueAsync();
        var account = (await ArnOfAsync(queue)).Split(':')[4];

        await Sqs.AddPermissionAsync(queue, "senders", [account], ["SendMessage", "GetQueueUrl"]);
        var policy = (await Sqs.GetQueueAttributesAsync(queue, ["Policy"])).Attributes[QueueAttributeName.Policy];
        var again = await Assert.ThrowsAsync<AmazonSQSException>(() => Sqs.AddPermissionAsync(queue, "senders", [account], ["SendMessage"]));
        await Sqs.RemovePermissionAsync(queue, "senders");
        var unknown = await Assert.ThrowsAsync<AmazonSQSException>(() => Sqs.RemovePermissionAsync(queue, "senders"));

        using var document = JsonDocument.Parse(policy);
        var statement = document.RootElement.GetProperty("Statement")[0];
        Assert.Equal(("senders", "Allow"), (statement.GetProperty("Sid").GetString(), statement.GetProperty("Effect").GetString()));
        Assert.Equal(["SQS:SendMessage", "SQS:GetQueueUrl"], statement.GetProperty("Action").EnumerateArray().Select(action => action.GetString()));
        Assert.All([again, unknown], refusal => Assert.Equal("InvalidParameterValue", refusal.ErrorCode));
        Assert.Null((await Sqs.GetQueueAttributesAsync(queue, ["Policy"])).Attributes);
    }
}
