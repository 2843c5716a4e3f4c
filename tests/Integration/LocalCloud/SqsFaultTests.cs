using System.Globalization;
using Amazon.SQS.Model;
using TaskMesh.LocalCloud.Faults;

namespace TaskMesh.Integration.LocalCloud;

/// <summary>Queues that go wrong on purpose, as a client of the SDK sees them.</summary>
public sealed class SqsFaultTests(StoreCluster store) : IClassFixture<StoreCluster>
{
    [Fact]
    public async Task A_duplicate_comes_under_the_same_id_and_is_deleted_by_itself()
    {
        await using var cloud = await StartAsync(new() { Duplicates = 1 });
        var queue = await CreateAsync(cloud);
        var sent = await cloud.Sqs.SendMessageAsync(queue, "x");

        var copies = await ReceiveAllAsync(cloud, queue);
        await cloud.Sqs.DeleteMessageAsync(queue, copies[0].ReceiptHandle);

        Assert.InRange(copies.Count, 2, 3);
        Assert.All(copies, copy => Assert.Equal((sent.MessageId, "x"), (copy.MessageId, copy.Body)));
        Assert.Equal(copies.Count - 1, await CountAsync(cloud, queue, "ApproximateNumberOfMessagesNotVisible"));
    }

    [Fact]
    public async Task A_lost_delete_is_answered_and_the_message_stays()
    {
        await using var cloud = await StartAsync(new() { LostDeletes = 1 });
        var queue = await CreateAsync(cloud);
        await cloud.Sqs.SendMessageAsync(queue, "x");
        var received = Assert.Single(await ReceiveAllAsync(cloud, queue));

        await cloud.Sqs.DeleteMessageAsync(queue, received.ReceiptHandle);
        var answer = await cloud.Sqs.DeleteMessageBatchAsync(queue, [new("a", received.ReceiptHandle)]);

        Assert.Single(answer.Successful);
        Assert.Equal(1, await CountAsync(cloud, queue, "ApproximateNumberOfMessagesNotVisible"));
    }

    [Fact]
    public async Task A_late_message_is_there_and_not_visible()
    {
        await using var cloud = await StartAsync(new() { Delays = 1, LongestDelaySeconds = 43_200 });
        var queue = await CreateAsync(cloud);

        await cloud.Sqs.SendMessageAsync(queue, "x");

        Assert.Equal(1, await CountAsync(cloud, queue, "ApproximateNumberOfMessagesDelayed"));
    }

    [Fact]
    public async Task A_sender_whose_reply_is_lost_sends_again_and_the_message_is_there_more_than_once()
    {
        await using var cloud = await StartAsync(new() { LostReplies = 1 });
        var queue = await CreateAsync(cloud);

        await Assert.ThrowsAnyAsync<Exception>(() => cloud.Sqs.SendMessageAsync(queue, "x"));
        cloud.Faults.Active = false;

        var messages = await CountAsync(cloud, queue, "ApproximateNumberOfMessages");
        Assert.True(messages > 1);
        Assert.Equal(cloud.Faults.Counts["lostReplies"], messages);
    }

    [Fact]
    public async Task Entries_fail_one_by_one_and_for_no_fault_of_the_sender()
    {
        await using var cloud = await StartAsync(new() { FailedEntries = 0.5 });
        var queue = await CreateAsync(cloud);

        var sent = await cloud.Sqs.SendMessageBatchAsync(
            queue, [.. Enumerable.Range(0, 10).Select(i => new SendMessageBatchRequestEntry($"{i}", $"{i}"))]);

        Assert.Equal(10, sent.Successful.Count + sent.Failed.Count);
        Assert.InRange(sent.Failed.Count, 1, 9);
        Assert.All(sent.Failed, entry => Assert.Equal(("InternalError", false), (entry.Code, entry.SenderFault)));
        Assert.Equal(sent.Successful.Count, await CountAsync(cloud, queue, "ApproximateNumberOfMessages"));
    }

    private Task<CloudRig> StartAsync(QueueFaultConfiguration queues) => CloudRig.StartAsync(
        store, (configuration, _) => configuration with { Faults = new FaultConfiguration { Seed = 7, Queues = queues } });

    private static async Task<string> CreateAsync(CloudRig cloud) => (await cloud.Sqs.CreateQueueAsync("jobs")).QueueUrl;

    private static async Task<List<Message>> ReceiveAllAsync(CloudRig cloud, string queue) =>
        (await cloud.Sqs.ReceiveMessageAsync(new ReceiveMessageRequest { QueueUrl = queue, MaxNumberOfMessages = 10 })).Messages;

    private static async Task<int> CountAsync(CloudRig cloud, string queue, string attribute)
    {
        var answer = await cloud.Sqs.GetQueueAttributesAsync(queue, [attribute]);
        return int.Parse(answer.Attributes[attribute], CultureInfo.InvariantCulture);
    }
}
