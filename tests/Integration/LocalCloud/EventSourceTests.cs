using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Amazon.SQS.Model;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.Testing;

namespace TaskMesh.Integration.LocalCloud;

public sealed class EventSourceTests(StoreCluster store) : IClassFixture<StoreCluster>
{
    /// <summary>The ids of the records whose body is "bad".</summary>
    private const string FailBadOnes = """
        ids=$(grep -o '"messageId":"[^"]*","receiptHandle":"[^"]*","body":"bad' <<<"$event" | cut -d'"' -f4)
        result="{\"batchItemFailures\":[$(for bad in $ids; do printf '%s{"itemIdentifier":"%s"}' "$comma" "$bad"; comma=,; done)]}"; comma=
        """;

    private static readonly Func<EventSourceConfiguration, EventSourceConfiguration> Partial =
        source => source with { ReportBatchItemFailures = true };

    [Fact]
    public async Task A_function_gets_messages_as_records_and_what_it_accepts_is_deleted()
    {
        await using var cloud = await StartAsync("result=");
        var queue = await QueueAsync(cloud);
        await cloud.Sqs.SendMessageAsync(new SendMessageRequest(queue, "hello")
        {
            MessageAttributes = new() { ["kind"] = new() { DataType = "String", StringValue = "x" } },
        });

        await EmptyAsync(cloud, queue);
        var record = Records(cloud).Single();

        Assert.Equal("hello", record.GetProperty("body").GetString());
        Assert.Equal("5d41402abc4b2a76b9719d911017c592", record.GetProperty("md5OfBody").GetString());
        Assert.Equal("1", record.GetProperty("attributes").GetProperty("ApproximateReceiveCount").GetString());
        Assert.Equal("x", record.GetProperty("messageAttributes").GetProperty("kind").GetProperty("stringValue").GetString());
        Assert.Equal("arn:aws:sqs:eu-west-1:000000000000:jobs", record.GetProperty("eventSourceARN").GetString());
    }

    [Fact]
    public async Task Messages_that_a_function_names_come_again_and_the_others_do_not()
    {
        await using var cloud = await StartAsync(FailBadOnes, Partial, deadLetters: 2, visibilitySeconds: 2);
        var queue = await QueueAsync(cloud);

        await cloud.Sqs.SendMessageBatchAsync(queue, [new("a", "good"), new("b", "bad"), new("c", "good")]);
        await EmptyAsync(cloud, queue);

        Assert.Equal(["bad", "bad", "good", "good"], Records(cloud).Select(record => record.GetProperty("body").GetString()).Order());
        Assert.Equal("1", await DeadAsync(cloud));
    }

    [Theory]
    [InlineData("fail oops")]
    [InlineData("result=nonsense")]
    [InlineData("result='{\"batchItemFailures\":[{\"itemIdentifier\":\"stranger\"}]}'")]
    [InlineData("exit 3")]
    public async Task An_error_nonsense_a_stranger_or_a_crash_fails_the_whole_batch(string body)
    {
        await using var cloud = await StartAsync(body, Partial, deadLetters: 1, visibilitySeconds: 2);
        var queue = await QueueAsync(cloud);

        await cloud.Sqs.SendMessageBatchAsync(queue, [new("a", "x"), new("b", "y")]);
        await EmptyAsync(cloud, queue);

        Assert.Equal("2", await DeadAsync(cloud));
    }

    [Fact]
    public async Task A_call_that_takes_too_long_costs_the_process_its_life()
    {
        await using var cloud = await StartAsync(
            "sleep 600", function: function => function with { TimeoutSeconds = 0.5 }, deadLetters: 1, visibilitySeconds: 1);
        var queue = await QueueAsync(cloud);

        await cloud.Sqs.SendMessageAsync(queue, "x");
        await EmptyAsync(cloud, queue);

        Assert.False(Directory.Exists($"/proc/{Processes(cloud).Single()}"));
    }

    [Fact]
    public async Task A_process_that_cannot_initialise_is_tried_again_after_a_pause()
    {
        const string init = """[ -e "$0.once" ] || { touch "$0.once"; request POST /init/error '{"errorMessage":"not yet"}' >/dev/null; exit 1; }""";
        await using var cloud = await StartAsync("result=", init: init, visibilitySeconds: 2);
        var queue = await QueueAsync(cloud);

        await cloud.Sqs.SendMessageAsync(queue, "x");
        await EmptyAsync(cloud, queue);

        Assert.Equal("2", Records(cloud).Single().GetProperty("attributes").GetProperty("ApproximateReceiveCount").GetString());
    }

    [Fact]
    public async Task A_window_gathers_what_comes_within_it()
    {
        await using var cloud = await StartAsync("result=", source => source with { BatchSize = 100, BatchingWindowSeconds = 1 });
        var queue = await QueueAsync(cloud);

        foreach (var body in new[] { "a", "b", "c" })
            await cloud.Sqs.SendMessageAsync(queue, body);
        await EmptyAsync(cloud, queue);

        Assert.Equal(3, Events(cloud).Single().GetProperty("Records").GetArrayLength());
    }

    [Fact]
    public async Task Calls_run_at_once_up_to_the_concurrency_and_processes_are_used_again()
    {
        await using var cloud = await StartAsync(
            "sleep 0.3", source => source with { BatchSize = 1 }, function => function with { Concurrency = 2 });
        var queue = await QueueAsync(cloud);

        await cloud.Sqs.SendMessageBatchAsync(queue, [.. Enumerable.Range(0, 6).Select(id => new SendMessageBatchRequestEntry($"{id}", "x"))]);
        await EmptyAsync(cloud, queue);

        Assert.Equal(6, Events(cloud).Count);
        Assert.Equal(2, Processes(cloud).Distinct().Count());
    }

    [Fact]
    public async Task A_timer_sends_its_body_again_and_again()
    {
        await using var cloud = await StartAsync("result=", change: configuration => configuration with
        {
            Timers = [new(0.2, "jobs", JsonSerializer.SerializeToElement(new { type = "Tick" }))],
        });

        await Eventually.TrueAsync(() => Events(cloud).Count >= 2);

        Assert.All(Records(cloud), record => Assert.Equal("""{"type":"Tick"}""", record.GetProperty("body").GetString()));
    }

    [Fact]
    public async Task A_function_can_be_called_directly()
    {
        await using var cloud = await StartAsync("""[ "$event" = '"bad"' ] && fail oops; result="{\"echo\":$event}" """);

        using var good = await InvokeAsync(cloud, "echo", "1");
        using var bad = await InvokeAsync(cloud, "echo", "\"bad\"");
        using var unknown = await InvokeAsync(cloud, "none", "1");

        Assert.Equal("""{"echo":1}""", await good.Content.ReadAsStringAsync());
        Assert.Equal("Unhandled", Assert.Single(bad.Headers.GetValues("X-Amz-Function-Error")));
        Assert.Contains("oops", await bad.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    private Task<CloudRig> StartAsync(
        string body,
        Func<EventSourceConfiguration, EventSourceConfiguration>? source = null,
        Func<FunctionConfiguration, FunctionConfiguration>? function = null,
        int deadLetters = 1000,
        string init = "",
        int visibilitySeconds = 30,
        Func<CloudConfiguration, CloudConfiguration>? change = null) => CloudRig.StartAsync(store, (empty, folder) =>
        {
            var written = TestFunction.Write(folder, "echo", body, init) with { TimeoutSeconds = Math.Min(visibilitySeconds, 10) };
            var eventSource = new EventSourceConfiguration { Queue = "jobs" };
            var redrive = $"{{\"deadLetterTargetArn\":\"arn:aws:sqs:eu-west-1:000000000000:jobs-dead\",\"maxReceiveCount\":{deadLetters}}}";
            var configuration = empty with
            {
                Queues =
                [
                    new("jobs-dead"),
                    new("jobs", new Dictionary<string, string> { ["VisibilityTimeout"] = $"{visibilitySeconds}", ["RedrivePolicy"] = redrive }),
                ],
                Functions = [(function?.Invoke(written) ?? written) with { EventSources = [source?.Invoke(eventSource) ?? eventSource] }],
            };
            return change?.Invoke(configuration) ?? configuration;
        });

    private static async Task<string> QueueAsync(CloudRig cloud, string name = "jobs") => (await cloud.Sqs.GetQueueUrlAsync(name)).QueueUrl;

    /// <summary>Until no message of the queue is visible or held, seen in one look: between two, a message may change sides.</summary>
    private static Task<Dictionary<string, string>> EmptyAsync(CloudRig cloud, string queue) => Eventually.GetAsync(
        async () => (await cloud.Sqs.GetQueueAttributesAsync(
            queue, ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"])).Attributes,
        counts => counts.Values.All(count => count == "0"));

    private static async Task<string> DeadAsync(CloudRig cloud) =>
        (await cloud.Sqs.GetQueueAttributesAsync(await QueueAsync(cloud, "jobs-dead"), ["ApproximateNumberOfMessages"])).Attributes.Values.Single();

    private static IEnumerable<JsonElement> Records(CloudRig cloud) => Events(cloud).SelectMany(call => call.GetProperty("Records").EnumerateArray());

    private static List<JsonElement> Events(CloudRig cloud) =>
        Lines(cloud).ConvertAll(line => JsonDocument.Parse(line[line.IndexOf('{', StringComparison.Ordinal)..]).RootElement);

    private static List<int> Processes(CloudRig cloud) =>
        Lines(cloud).ConvertAll(line => int.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));

    /// <summary>What the function wrote for each call: "process N got EVENT".</summary>
    private static List<string> Lines(CloudRig cloud) =>
        [.. cloud.LogOf("echo").Split('\n').Where(line => line.StartsWith("process ", StringComparison.Ordinal))];

    private static Task<HttpResponseMessage> InvokeAsync(CloudRig cloud, string name, string payload) =>
        cloud.Http.PostAsync($"2015-03-31/functions/{name}/invocations", new StringContent(payload, Encoding.UTF8, "application/json"));
}
