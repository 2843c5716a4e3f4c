using System.Diagnostics;
using System.Net;
using System.Text;
using Amazon.SQS;
using Amazon.SQS.Model;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.LocalCloud.Faults;
using TaskMesh.Testing;

namespace TaskMesh.Integration.LocalCloud;

/// <summary>What the contract of SQS leaves open, and what clients never send.</summary>
public sealed class SqsTests(StoreCluster store) : IClassFixture<StoreCluster>
{
    [Fact]
    public async Task A_sent_message_wakes_a_waiting_receiver_at_once()
    {
        await using var cloud = await CloudRig.StartAsync(store);
        var queue = await CreateAsync(cloud);
        var receiving = cloud.Sqs.ReceiveMessageAsync(new ReceiveMessageRequest { QueueUrl = queue, WaitTimeSeconds = 20 });
        await Task.WhenAny(receiving, Task.Delay(200));

        var clock = Stopwatch.StartNew();
        await cloud.Sqs.SendMessageAsync(queue, "now");
        var received = await receiving;

        Assert.Equal("now", Assert.Single(received.Messages).Body);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task A_message_that_is_not_deleted_comes_again_and_then_goes_to_the_dead_letter_queue_as_it_was()
    {
        await using var cloud = await CloudRig.StartAsync(store);
        var dead = await CreateAsync(cloud, "jobs-dead");
        var queue = await CreateAsync(cloud, "jobs", ("VisibilityTimeout", "0"), ("RedrivePolicy", RedriveTo("jobs-dead", 2)));
        var sent = await cloud.Sqs.SendMessageAsync(queue, "poison");

        var first = Assert.Single((await ReceiveAllAsync(cloud, queue)).Messages);
        var second = Assert.Single((await ReceiveAllAsync(cloud, queue)).Messages);
        var third = await ReceiveAllAsync(cloud, queue);
        var last = Assert.Single((await ReceiveAllAsync(cloud, dead)).Messages);

        Assert.Equal(("1", "2"), (first.Attributes["ApproximateReceiveCount"], second.Attributes["ApproximateReceiveCount"]));
        Assert.Null(third.Messages);
        Assert.Equal((sent.MessageId, "poison", "3"), (last.MessageId, last.Body, last.Attributes["ApproximateReceiveCount"]));
        Assert.Equal(first.Attributes["SentTimestamp"], last.Attributes["SentTimestamp"]);
        Assert.Equal("arn:aws:sqs:eu-west-1:000000000000:jobs", last.Attributes["DeadLetterQueueSourceArn"]);
    }

    [Fact]
    public async Task Only_the_latest_receipt_handle_deletes()
    {
        await using var cloud = await CloudRig.StartAsync(store);
        var queue = await CreateAsync(cloud, "jobs", ("VisibilityTimeout", "0"));
        await cloud.Sqs.SendMessageAsync(queue, "x");
        var stale = Assert.Single((await cloud.Sqs.ReceiveMessageAsync(queue)).Messages).ReceiptHandle;
        var latest = Assert.Single((await cloud.Sqs.ReceiveMessageAsync(queue)).Messages).ReceiptHandle;

        await cloud.Sqs.DeleteMessageAsync(queue, stale);
        var afterStale = await CountAsync(cloud, queue);
        await cloud.Sqs.DeleteMessageAsync(queue, latest);
        await cloud.Sqs.DeleteMessageAsync(queue, latest);

        Assert.Equal("1", afterStale);
        Assert.Equal("0", await CountAsync(cloud, queue));
    }

    [Fact]
    public async Task Visibility_can_be_taken_back_and_lengthened_only_while_a_message_is_held()
    {
        await using var cloud = await CloudRig.StartAsync(store);
        var queue = await CreateAsync(cloud);
        await cloud.Sqs.SendMessageAsync(queue, "x");
        var handle = Assert.Single((await cloud.Sqs.ReceiveMessageAsync(queue)).Messages).ReceiptHandle;

        await cloud.Sqs.ChangeMessageVisibilityAsync(queue, handle, 0);
        await Assert.ThrowsAsync<MessageNotInflightException>(() => cloud.Sqs.ChangeMessageVisibilityAsync(queue, handle, 60));
        var again = Assert.Single((await cloud.Sqs.ReceiveMessageAsync(queue)).Messages).ReceiptHandle;
        var stale = await Assert.ThrowsAsync<AmazonSQSException>(() => cloud.Sqs.ChangeMessageVisibilityAsync(queue, handle, 60));
        await cloud.Sqs.ChangeMessageVisibilityAsync(queue, again, 60);

        Assert.Equal("InvalidParameterValue", stale.ErrorCode);
    }

    [Fact]
    public async Task Any_text_of_XML_comes_back_as_it_was()
    {
        await using var cloud = await CloudRig.StartAsync(store);
        var queue = await CreateAsync(cloud);
        const string text = "tab\t, line\r\n, é, 漢, \U0001F600, <&>\", \u0085, \uFFFD";

        await cloud.Sqs.SendMessageAsync(queue, text);
        var received = await cloud.Sqs.ReceiveMessageAsync(queue);

        Assert.Equal(text, Assert.Single(received.Messages).Body);
    }

    [Fact]
    public async Task A_queue_is_purged_and_deleted()
    {
        await using var cloud = await CloudRig.StartAsync(store);
        var queue = await CreateAsync(cloud);
        await cloud.Sqs.SendMessageAsync(queue, "x");

        await cloud.Sqs.PurgeQueueAsync(queue);
        Assert.Equal("0", await CountAsync(cloud, queue));
        await Assert.ThrowsAsync<PurgeQueueInProgressException>(() => cloud.Sqs.PurgeQueueAsync(queue));
        await cloud.Sqs.DeleteQueueAsync(queue);
        await Assert.ThrowsAsync<QueueDoesNotExistException>(() => cloud.Sqs.SendMessageAsync(queue, "x"));
    }

    [Fact]
    public async Task With_too_much_in_flight_a_receive_fails_and_a_long_poll_waits()
    {
        await using var cloud = await CloudRig.StartAsync(
            store, (empty, _) => empty with { Faults = new FaultConfiguration { Queues = new() { MostInFlight = 3 } } });
        var queue = await CreateAsync(cloud);
        await cloud.Sqs.SendMessageBatchAsync(queue, [.. Enumerable.Range(0, 5).Select(i => new SendMessageBatchRequestEntry($"{i}", "x"))]);
        var held = (await cloud.Sqs.ReceiveMessageAsync(new ReceiveMessageRequest { QueueUrl = queue, MaxNumberOfMessages = 10 })).Messages;

        var refusal = await Assert.ThrowsAsync<OverLimitException>(() => cloud.Sqs.ReceiveMessageAsync(queue));
        var none = await cloud.Sqs.ReceiveMessageAsync(new ReceiveMessageRequest { QueueUrl = queue, WaitTimeSeconds = 1 });
        var waiting = cloud.Sqs.ReceiveMessageAsync(new ReceiveMessageRequest { QueueUrl = queue, WaitTimeSeconds = 20, MaxNumberOfMessages = 10 });
        await cloud.Sqs.DeleteMessageAsync(queue, held[0].ReceiptHandle);

        Assert.Equal(3, held.Count);
        Assert.Equal(("OverLimit", HttpStatusCode.Forbidden), (refusal.ErrorCode, refusal.StatusCode));
        Assert.Null(none.Messages);
        Assert.Single((await waiting).Messages);
    }

    [Fact]
    public async Task A_move_task_goes_on_after_a_restart_and_moves_everything_once()
    {
        var database = new StoreConfiguration { ConnectionString = await store.CreateDatabaseAsync() };
        Task<CloudRig> StartAsync() => CloudRig.StartAsync(store, (empty, _) => empty with { Store = database });
        var sent = Enumerable.Range(0, 6).Select(i => $"message {i}").ToHashSet();
        var source = new StartMessageMoveTaskRequest
        {
            SourceArn = "arn:aws:sqs:eu-west-1:000000000000:dead",
            DestinationArn = "arn:aws:sqs:eu-west-1:000000000000:jobs",
            MaxNumberOfMessagesPerSecond = 2,
        };
        await using (var cloud = await StartAsync())
        {
            var dead = await CreateAsync(cloud, "dead");
            await CreateAsync(cloud, "jobs", ("RedrivePolicy", RedriveTo("dead", 1)));
            await cloud.Sqs.SendMessageBatchAsync(dead, [.. sent.Select((body, i) => new SendMessageBatchRequestEntry($"{i}", body))]);
            await cloud.Sqs.StartMessageMoveTaskAsync(source);
        }

        await using var again = await StartAsync();
        var task = await Eventually.GetAsync(
            async () => (await again.Sqs.ListMessageMoveTasksAsync(new() { SourceArn = source.SourceArn })).Results[0],
            task => task.Status != "RUNNING");
        var moved = (await again.Sqs.ReceiveMessageAsync(
            new ReceiveMessageRequest { QueueUrl = $"{again.Endpoint}000000000000/jobs", MaxNumberOfMessages = 10 })).Messages;

        Assert.Equal(
            ("COMPLETED", 6, 6), (task.Status, task.ApproximateNumberOfMessagesMoved, task.ApproximateNumberOfMessagesToMove));
        Assert.Equal(6, moved.Count);
        Assert.Equal(sent, moved.Select(message => message.Body).ToHashSet());
    }

    [Fact]
    public async Task Tags_and_permissions_outlive_the_process()
    {
        var database = new StoreConfiguration { ConnectionString = await store.CreateDatabaseAsync() };
        Task<CloudRig> StartAsync() => CloudRig.StartAsync(store, (empty, _) => empty with { Store = database });
        await using (var cloud = await StartAsync())
        {
            var queue = await CreateAsync(cloud);
            await cloud.Sqs.TagQueueAsync(new TagQueueRequest { QueueUrl = queue, Tags = new() { ["app"] = "mesh" } });
            await cloud.Sqs.AddPermissionAsync(queue, "senders", ["000000000001"], ["SendMessage"]);
        }

        await using var again = await StartAsync();
        var url = $"{again.Endpoint}000000000000/jobs";

        Assert.Equal([new("app", "mesh")], (await again.Sqs.ListQueueTagsAsync(new ListQueueTagsRequest { QueueUrl = url })).Tags);
        Assert.Contains("senders", (await again.Sqs.GetQueueAttributesAsync(url, ["Policy"])).Attributes["Policy"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_has_the_names_of_both_protocols()
    {
        await using var cloud = await CloudRig.StartAsync(store);

        using var response = await PostAsync(cloud, "GetQueueUrl", """{"QueueName":"none"}""");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("AWS.SimpleQueueService.NonExistentQueue;Sender", Assert.Single(response.Headers.GetValues("x-amzn-query-error")));
        Assert.Contains("\"__type\":\"com.amazonaws.sqs#QueueDoesNotExist\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GetQueueUrl", "{", "MalformedInput")]
    [InlineData("GetQueueUrl", "[]", "MalformedInput")]
    [InlineData("GetQueueUrl", "{\"QueueName\":\"\\ud800\"}", "MalformedInput")]
    [InlineData("GetQueueUrl", "{}", "MissingParameter")]
    [InlineData("Nothing", "{}", "InvalidAction")]
    [InlineData("SendMessage", "{\"MessageBody\":\"x\"}", "AWS.SimpleQueueService.NonExistentQueue")]
    [InlineData("CreateQueue", "{\"QueueName\":\"a b\"}", "InvalidParameterValue")]
    public async Task Requests_that_make_no_sense_get_the_code_of_SQS(string operation, string body, string code)
    {
        await using var cloud = await CloudRig.StartAsync(store);

        using var response = await PostAsync(cloud, operation, body);

        Assert.Equal($"{code};Sender", Assert.Single(response.Headers.GetValues("x-amzn-query-error")));
    }

    [Theory]
    [InlineData("Host", "rebound.example")]
    [InlineData("Origin", "http://page.example")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    public async Task A_page_in_a_browser_does_not_get_in(string header, string value)
    {
        await using var cloud = await CloudRig.StartAsync(store);

        using var response = await PostAsync(cloud, "ListQueues", "{}", (header, value));

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    private static async Task<string> CreateAsync(CloudRig cloud, string name = "jobs", params (string Name, string Value)[] attributes) =>
        (await cloud.Sqs.CreateQueueAsync(new CreateQueueRequest
        {
            QueueName = name,
            Attributes = attributes.ToDictionary(attribute => attribute.Name, attribute => attribute.Value),
        })).QueueUrl;

    private static Task<ReceiveMessageResponse> ReceiveAllAsync(CloudRig cloud, string queue) =>
        cloud.Sqs.ReceiveMessageAsync(new ReceiveMessageRequest { QueueUrl = queue, MessageSystemAttributeNames = ["All"] });

    private static async Task<string> CountAsync(CloudRig cloud, string queue) =>
        (await cloud.Sqs.GetQueueAttributesAsync(queue, ["ApproximateNumberOfMessages"])).Attributes["ApproximateNumberOfMessages"];

    private static async Task<HttpResponseMessage> PostAsync(
        CloudRig cloud, string operation, string body, params (string Name, string Value)[] headers)
    {
        var content = new StringContent(body, Encoding.UTF8, "application/x-amz-json-1.0");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = content };
        request.Headers.Add("X-Amz-Target", $"AmazonSQS.{operation}");
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        return await cloud.Http.SendAsync(request);
    }

    private static string RedriveTo(string queue, int most) =>
        $"{{\"deadLetterTargetArn\":\"arn:aws:sqs:eu-west-1:000000000000:{queue}\",\"maxReceiveCount\":{most}}}";
}
