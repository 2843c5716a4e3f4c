using TaskMesh.LocalCloud.Configuration;
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
    public async Task The_cli_launches_describes_and_terminates_an_instance()
    {
        await using var cloud = await CloudRig.StartAsync(store, (empty, _) => empty with
        {
            Images = new Dictionary<string, ImageConfiguration> { ["ami-1"] = new() { Command = ["sleep", "600"] } },
            Subnets = new Dictionary<string, SubnetConfiguration> { ["subnet-a"] = new("eu-west-1a") },
            LaunchTemplates = new Dictionary<string, LaunchTemplateConfiguration> { ["worker"] = new([new("ami-1", "t4g.micro")]) },
        });

        var versions = await AwsCli.RunAsync(cloud.Endpoint, "ec2", "describe-launch-template-versions", "--launch-template-name", "worker");
        var launched = (await AwsCli.RunAsync(
            cloud.Endpoint, "ec2", "run-instances", "--count", "1", "--launch-template", "LaunchTemplateName=worker,Version=$Latest",
            "--instance-type", "t4g.small", "--tag-specifications", "ResourceType=instance,Tags=[{Key=app,Value=mesh}]"))
            .GetProperty("Instances")[0];
        var id = launched.GetProperty("InstanceId").GetString()!;
        var described = (await AwsCli.RunAsync(cloud.Endpoint, "ec2", "describe-instances", "--filters", "Name=tag:app,Values=mesh"))
            .GetProperty("Reservations")[0].GetProperty("Instances")[0];
        var terminated = (await AwsCli.RunAsync(cloud.Endpoint, "ec2", "terminate-instances", "--instance-ids", id))
            .GetProperty("TerminatingInstances")[0];
        await AwsCli.RunAsync(cloud.Endpoint, "ec2", "wait", "instance-terminated", "--instance-ids", id);

        Assert.Equal(1, versions.GetProperty("LaunchTemplateVersions")[0].GetProperty("VersionNumber").GetInt32());
        Assert.Equal("pending", launched.GetProperty("State").GetProperty("Name").GetString());
        Assert.Equal((id, "t4g.small"), (described.GetProperty("InstanceId").GetString(), described.GetProperty("InstanceType").GetString()));
        Assert.Equal("shutting-down", terminated.GetProperty("CurrentState").GetProperty("Name").GetString());
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
