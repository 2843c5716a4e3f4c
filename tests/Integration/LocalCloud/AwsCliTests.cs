using System.Text.Json;
using TaskMesh.Testing;

namespace TaskMesh.Integration.LocalCloud;

/// <summary>Debian's AWS CLI as a client that nobody here wrote. For SQS it speaks the Query protocol.</summary>
public sealed class AwsCliTests(StoreCluster store) : IClassFixture<StoreCluster>
{
    [AwsCliFact]
    public async Task The_cli_sends_receives_and_deletes_a_message()
    {
        await using var cloud = await CloudRig.StartAsync(store, (empty, _) => empty with { Queues = [new("jobs")] });
        const string text = "line\r\n, é, \U0001F600, <&>";

        var queue = (await AwsCli.RunAsync(cloud.Endpoint, "sqs", "get-queue-url", "--queue-name", "jobs")).GetProperty("QueueUrl").GetString()!;
        var sent = await AwsCli.RunAsync(
            cloud.Endpoint, "sqs", "send-message", "--queue-url", queue, "--message-body", text,
            "--message-attributes", """{"kind":{"DataType":"String","StringValue":"x"}}""");
        var received = (await AwsCli.RunAsync(
            cloud.Endpoint, "sqs", "receive-message", "--queue-url", queue, "--attribute-names", "All", "--message-attribute-names", "All"))
            .GetProperty("Messages")[0];
        var held = await CountsAsync(cloud, queue);
        await AwsCli.RunAsync(
            cloud.Endpoint, "sqs", "delete-message", "--queue-url", queue, "--receipt-handle", received.GetProperty("ReceiptHandle").GetString()!);

        Assert.Equal(text, received.GetProperty("Body").GetString());
        Assert.Equal(sent.GetProperty("MessageId").GetString(), received.GetProperty("MessageId").GetString());
        Assert.Equal("x", received.GetProperty("MessageAttributes").GetProperty("kind").GetProperty("StringValue").GetString());
        Assert.Equal("1", received.GetProperty("Attributes").GetProperty("ApproximateReceiveCount").GetString());
        Assert.Equal(("0", "1"), held);
        Assert.Equal(("0", "0"), await CountsAsync(cloud, queue));
    }

    [AwsCliFact]
    public async Task The_cli_manages_queues_batches_and_visibility()
    {
        await using var cloud = await CloudRig.StartAsync(store);

        var queue = (await AwsCli.RunAsync(cloud.Endpoint, "sqs", "create-queue", "--queue-name", "made", "--attributes", "DelaySeconds=0"))
            .GetProperty("QueueUrl").GetString()!;
        var batch = await AwsCli.RunAsync(
            cloud.Endpoint, "sqs", "send-message-batch", "--queue-url", queue,
            "--entries", """[{"Id":"a","MessageBody":"x"},{"Id":"b","MessageBody":"y","DelaySeconds":901}]""");
        var handle = (await AwsCli.RunAsync(cloud.Endpoint, "sqs", "receive-message", "--queue-url", queue))
            .GetProperty("Messages")[0].GetProperty("ReceiptHandle").GetString()!;
        await AwsCli.RunAsync(
            cloud.Endpoint, "sqs", "change-message-visibility", "--queue-url", queue, "--receipt-handle", handle, "--visibility-timeout", "0");
        var visible = await CountsAsync(cloud, queue);
        await AwsCli.RunAsync(cloud.Endpoint, "sqs", "purge-queue", "--queue-url", queue);

        Assert.Equal("a", batch.GetProperty("Successful")[0].GetProperty("Id").GetString());
        Assert.Equal("InvalidParameterValue", batch.GetProperty("Failed")[0].GetProperty("Code").GetString());
        Assert.Equal(("1", "0"), visible);
        Assert.Equal(("0", "0"), await CountsAsync(cloud, queue));
        Assert.Equal(queue, (await AwsCli.RunAsync(cloud.Endpoint, "sqs", "list-queues")).GetProperty("QueueUrls")[0].GetString());
    }

    [AwsCliFact]
    public async Task The_cli_hears_the_codes_of_SQS()
    {
        await using var cloud = await CloudRig.StartAsync(store, (empty, _) => empty with { Queues = [new("jobs")] });

        var noQueue = await AwsCli.FailAsync(cloud.Endpoint, "sqs", "get-queue-url", "--queue-name", "none");
        var noHandle = await AwsCli.FailAsync(
            cloud.Endpoint, "sqs", "delete-message", "--queue-url", $"{cloud.Endpoint}000000000000/jobs", "--receipt-handle", "none");

        Assert.Contains("(AWS.SimpleQueueService.NonExistentQueue)", noQueue, StringComparison.Ordinal);
        Assert.Contains("(ReceiptHandleIsInvalid)", noHandle, StringComparison.Ordinal);
    }

    [AwsCliFact]
    public async Task The_cli_works_in_batches()
    {
        await using var cloud = await CloudRig.StartAsync(store, (empty, _) => empty with { Queues = [new("jobs")] });
        var queue = $"{cloud.Endpoint}000000000000/jobs";
        await AwsCli.RunAsync(
            cloud.Endpoint, "sqs", "send-message-batch", "--queue-url", queue,
            "--entries", """[{"Id":"a","MessageBody":"x"},{"Id":"b","MessageBody":"y"}]""");
        var messages = (await AwsCli.RunAsync(cloud.Endpoint, "sqs", "receive-message", "--queue-url", queue, "--max-number-of-messages", "2"))
            .GetProperty("Messages");
        var (first, second) = (messages[0].GetProperty("ReceiptHandle").GetString(), messages[1].GetProperty("ReceiptHandle").GetString());

        var changed = await AwsCli.RunAsync(
            cloud.Endpoint, "sqs", "change-message-visibility-batch", "--queue-url", queue,
            "--entries", $$"""[{"Id":"a","ReceiptHandle":"{{first}}","VisibilityTimeout":0},{"Id":"c","ReceiptHandle":"none"}]""");
        var deleted = await AwsCli.RunAsync(
            cloud.Endpoint, "sqs", "delete-message-batch", "--queue-url", queue, "--entries", $$"""[{"Id":"b","ReceiptHandle":"{{second}}"}]""");

        Assert.Equal("a", Assert.Single(changed.GetProperty("Successful").EnumerateArray()).GetProperty("Id").GetString());
        Assert.Equal("ReceiptHandleIsInvalid", changed.GetProperty("Failed")[0].GetProperty("Code").GetString());
        Assert.Equal("b", Assert.Single(deleted.GetProperty("Successful").EnumerateArray()).GetProperty("Id").GetString());
        Assert.Equal(("1", "0"), await CountsAsync(cloud, queue));
    }

    [AwsCliFact]
    public async Task The_cli_tags_queues()
    {
        await using var cloud = await CloudRig.StartAsync(store);
        var queue = (await AwsCli.RunAsync(cloud.Endpoint, "sqs", "create-queue", "--queue-name", "made", "--tags", "app=mesh"))
            .GetProperty("QueueUrl").GetString()!;

        await AwsCli.RunAsync(cloud.Endpoint, "sqs", "tag-queue", "--queue-url", queue, "--tags", "stage=test,owner=me");
        await AwsCli.RunAsync(cloud.Endpoint, "sqs", "untag-queue", "--queue-url", queue, "--tag-keys", "stage");

        Assert.Equal(
            """{"app":"mesh","owner":"me"}""",
            (await AwsCli.RunAsync(cloud.Endpoint, "sqs", "list-queue-tags", "--queue-url", queue)).GetProperty("Tags").GetRawText()
                .Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal));
    }

    [AwsCliFact]
    public async Task The_cli_grants_permissions_and_finds_dead_letter_sources()
    {
        await using var cloud = await CloudRig.StartAsync(store, (empty, _) => empty with { Queues = [new("dead"), new("jobs")] });
        var (dead, jobs) = ($"{cloud.Endpoint}000000000000/dead", $"{cloud.Endpoint}000000000000/jobs");

        await AwsCli.RunAsync(
            cloud.Endpoint, "sqs", "add-permission", "--queue-url", jobs, "--label", "senders", "--aws-account-ids", "000000000001",
            "--actions", "SendMessage", "GetQueueUrl");
        var granted = await PolicyAsync(cloud, jobs);
        await AwsCli.RunAsync(cloud.Endpoint, "sqs", "remove-permission", "--queue-url", jobs, "--label", "senders");
        await AwsCli.RunAsync(
            cloud.Endpoint, "sqs", "set-queue-attributes", "--queue-url", jobs, "--attributes",
            """{"RedrivePolicy":"{\"deadLetterTargetArn\":\"arn:aws:sqs:eu-west-1:000000000000:dead\",\"maxReceiveCount\":3}"}""");
        var sources = await AwsCli.RunAsync(cloud.Endpoint, "sqs", "list-dead-letter-source-queues", "--queue-url", dead);
        await AwsCli.RunAsync(cloud.Endpoint, "sqs", "delete-queue", "--queue-url", dead);

        Assert.Contains("SQS:GetQueueUrl", granted, StringComparison.Ordinal);
        Assert.Null(await PolicyAsync(cloud, jobs));
        Assert.Equal(jobs, Assert.Single(sources.GetProperty("queueUrls").EnumerateArray()).GetString());
        var gone = await AwsCli.FailAsync(cloud.Endpoint, "sqs", "get-queue-url", "--queue-name", "dead");
        Assert.Contains("NonExistentQueue", gone, StringComparison.Ordinal);
    }

    [AwsCliFact]
    public async Task No_queue_command_of_the_cli_is_unknown()
    {
        await using var cloud = await CloudRig.StartAsync(store);
        using var model = JsonDocument.Parse(await File.ReadAllBytesAsync(AwsCliFactAttribute.QueueModel));

        foreach (var operation in model.RootElement.GetProperty("operations").EnumerateObject())
        {
            using var form = new FormUrlEncodedContent([new("Action", operation.Name), new("Version", "2012-11-05")]);
            using var response = await cloud.Http.PostAsync("/", form);
            Assert.DoesNotContain("InvalidAction", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    private static async Task<string?> PolicyAsync(CloudRig cloud, string queue)
    {
        var answer = await AwsCli.RunAsync(cloud.Endpoint, "sqs", "get-queue-attributes", "--queue-url", queue, "--attribute-names", "Policy");
        return answer.TryGetProperty("Attributes", out var attributes) ? attributes.GetProperty("Policy").GetString() : null;
    }

    private static async Task<(string Visible, string Held)> CountsAsync(CloudRig cloud, string queue)
    {
        var attributes = (await AwsCli.RunAsync(cloud.Endpoint, "sqs", "get-queue-attributes", "--queue-url", queue, "--attribute-names", "All"))
            .GetProperty("Attributes");
        return (
            attributes.GetProperty("ApproximateNumberOfMessages").GetString()!,
            attributes.GetProperty("ApproximateNumberOfMessagesNotVisible").GetString()!);
    }
}
