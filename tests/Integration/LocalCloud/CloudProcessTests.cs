using System.Diagnostics;
using System.Globalization;
using Amazon.EC2;
using Amazon.EC2.Model;
using Amazon.SQS;
using Amazon.SQS.Model;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.LocalCloud.Postgres;
using TaskMesh.Testing;

namespace TaskMesh.Integration.LocalCloud;

/// <summary>LocalCloud as the process that users start, stop and kill.</summary>
public sealed class CloudProcessTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_kill_loses_no_message_and_keeps_what_was_held_before_the_last_one_was_sent()
    {
        string handle;
        await using (var first = await CloudProcess.StartAsync(_folder))
        {
            using var sqs = Sqs(first);
            await SendAsync("first");
            handle = Assert.Single((await sqs.ReceiveMessageAsync(Queue(first))).Messages).ReceiptHandle;
            foreach (var batch in new[] { "second", "third", "fourth", "fifth" })
                await SendAsync(batch);
            await first.KillAsync();

            Task SendAsync(string batch) => sqs.SendMessageBatchAsync(
                Queue(first), [.. Enumerable.Range(0, 10).Select(id => new SendMessageBatchRequestEntry($"{id}", $"{batch}-{id}"))]);
        }

        await using var second = await CloudProcess.StartAsync(_folder);
        using var again = Sqs(second);
        var bodies = new HashSet<string>();
        var request = new ReceiveMessageRequest { QueueUrl = Queue(second), MaxNumberOfMessages = 10 };
        while ((await again.ReceiveMessageAsync(request)).Messages is { } messages)
            bodies.UnionWith(messages.Select(message => message.Body));
        var held = await HeldAsync(again, Queue(second));
        await again.DeleteMessageAsync(Queue(second), handle);

        Assert.Equal(49, bodies.Count);
        Assert.Equal(("50", "49"), (held, await HeldAsync(again, Queue(second))));
    }

    [Fact]
    public async Task A_restart_of_the_store_loses_no_message_and_needs_no_restart_of_the_cloud()
    {
        var options = new PostgresOptions(_folder.Of("own")) { Durable = false };
        await using var cluster = await PostgresCluster.StartAsync(options, TimeProvider.System, CancellationToken.None);
        await using var cloud = await CloudProcess.StartAsync(_folder, configuration => configuration with
        {
            Store = new StoreConfiguration { ConnectionString = cluster.ConnectionString },
        });
        using var sqs = Sqs(cloud);
        await sqs.SendMessageAsync(Queue(cloud), "kept");

        await cluster.DisposeAsync();
        var down = await Assert.ThrowsAsync<AmazonSQSException>(() => sqs.ReceiveMessageAsync(Queue(cloud)));
        await using var restarted = await PostgresCluster.StartAsync(options, TimeProvider.System, CancellationToken.None);
        var received = await sqs.ReceiveMessageAsync(Queue(cloud));

        Assert.Equal("ServiceUnavailable", down.ErrorCode);
        Assert.Equal("kept", Assert.Single(received.Messages).Body);
    }

    [Fact]
    public async Task What_a_function_had_in_hand_when_the_cloud_was_killed_is_free_at_the_next_start()
    {
        var stuck = TestFunction.Write(_folder, "worker", "sleep 600");
        var quick = TestFunction.Write(_folder, "worker2", "result=") with { Name = "worker" };
        await using (var first = await CloudProcess.StartAsync(_folder, configuration => With(configuration, stuck)))
        {
            using var sqs = Sqs(first);
            await sqs.SendMessageAsync(Queue(first), "x");
            await Eventually.TrueAsync(() => Log("function-worker.log").Contains(" got ", StringComparison.Ordinal));
            await first.KillAsync();
        }

        await using var second = await CloudProcess.StartAsync(_folder, configuration => With(configuration, quick));
        using var again = Sqs(second);

        await Eventually.GetAsync(
            () => HeldAsync(again, Queue(second)), held => held == "0" && Log("function-worker.log").Split(" got ").Length == 3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Functions_instances_and_the_store_go_with_the_cloud(bool orderly)
    {
        var function = TestFunction.Write(_folder, "worker", "sleep 600");
        await using var cloud = await CloudProcess.StartAsync(_folder, configuration => With(configuration, function) with
        {
            StopGraceSeconds = 0.5,
            Images = new Dictionary<string, ImageConfiguration> { ["ami-1"] = new() { Command = ["bash", "-c", "echo $$; sleep 600"] } },
        });
        using var sqs = Sqs(cloud);
        using var ec2 = AwsTestClients.Ec2At(cloud.Endpoint);
        await sqs.SendMessageAsync(Queue(cloud), "x");
        var instance = (await ec2.RunInstancesAsync(new RunInstancesRequest("ami-1", 1, 1) { InstanceType = InstanceType.T4gMicro }))
            .Reservation.Instances[0].InstanceId;
        await Eventually.TrueAsync(
            () => Log("function-worker.log").Contains(" got ", StringComparison.Ordinal) && Log($"instance-{instance}.log").Length > 0);
        var children = Children(cloud.Id);

        var clock = Stopwatch.StartNew();
        if (orderly)
            Assert.Equal(0, await cloud.TerminateAsync());
        else
            await cloud.KillAsync();

        Assert.Equal(3, children.Count);
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        await Eventually.TrueAsync(() => !children.Exists(IsAlive));
    }

    [Fact]
    public async Task A_cloud_ends_with_an_error_when_its_store_is_killed()
    {
        await using var cloud = await CloudProcess.StartAsync(_folder);
        var store = int.Parse(File.ReadLines(_folder.Of("store/data/postmaster.pid")).First(), CultureInfo.InvariantCulture);

        Process.GetProcessById(store).Kill();

        Assert.Equal(1, await cloud.ExitAsync());
    }

    [Theory]
    [InlineData("{\"regoin\":1}", 78, "regoin")]
    [InlineData(null, 78, "none.json")]
    public async Task A_wrong_configuration_is_told_on_stderr(string? json, int code, string text)
    {
        var file = _folder.Of(json is null ? "none.json" : "wrong.json");
        if (json is not null)
            await File.WriteAllTextAsync(file, json);

        using var process = CloudProcess.Start(file);
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(code, process.ExitCode);
        Assert.Contains(text, errors, StringComparison.Ordinal);
    }

    private static CloudConfiguration With(CloudConfiguration configuration, FunctionConfiguration function) => configuration with
    {
        Functions = [function with { EventSources = [new EventSourceConfiguration { Queue = "jobs" }] }],
    };

    private static IAmazonSQS Sqs(CloudProcess cloud) => AwsTestClients.SqsAt(cloud.Endpoint);

    private static async Task<string> HeldAsync(IAmazonSQS sqs, string queue) =>
        (await sqs.GetQueueAttributesAsync(queue, ["ApproximateNumberOfMessagesNotVisible"])).Attributes["ApproximateNumberOfMessagesNotVisible"];

    private static string Queue(CloudProcess cloud) => $"{cloud.Endpoint}000000000000/jobs";

    private string Log(string name) => File.Exists(_folder.Of($"logs/{name}")) ? File.ReadAllText(_folder.Of($"logs/{name}")) : "";

    private static List<int> Children(int parent) =>
    [
        .. Directory.GetDirectories($"/proc/{parent}/task")
            .SelectMany(thread => File.ReadAllText($"{thread}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(int.Parse),
    ];

    /// <summary>A process that nobody has waited for yet is not alive.</summary>
    private static bool IsAlive(int process)
    {
        try
        {
            return !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
