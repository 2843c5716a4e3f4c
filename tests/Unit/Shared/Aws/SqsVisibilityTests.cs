using System.Text.Json.Nodes;
using TaskMesh.Aws;
using TaskMesh.Core.Ports;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Shared.Aws;

public class SqsVisibilityTests
{
    private const string Neighbour = "https://sqs.us-east-1.amazonaws.com/123456789012/dev-manager";

    private readonly StubHttp _http = new(_ => new StubAnswer("{}"));

    [Fact]
    public async Task A_queue_is_found_beside_its_neighbour_and_each_entry_has_its_own_time()
    {
        await ChangeAsync(
            (new ReceivedMessage("dev-internal", "a", "receipt a", 1), TimeSpan.FromSeconds(1.2)),
            (new ReceivedMessage("dev-internal", "b", "receipt b", 2), TimeSpan.FromSeconds(22)));

        var request = JsonNode.Parse(Assert.Single(_http.Requests))!;
        Assert.Equal("https://sqs.us-east-1.amazonaws.com/123456789012/dev-internal", (string?)request["QueueUrl"]);
        Assert.Equal(
            [("receipt a", 2), ("receipt b", 22)],
            request["Entries"]!.AsArray().Select(entry => ((string)entry!["ReceiptHandle"]!, (int)entry["VisibilityTimeout"]!)));
    }

    [Fact]
    public async Task More_than_one_call_takes_and_more_than_one_queue_are_several_calls()
    {
        await ChangeAsync(
        [
            .. Enumerable.Range(0, 11).Select(i => (new ReceivedMessage("dev-manager", $"{i}", $"r{i}", 1), TimeSpan.FromSeconds(1))),
            (new ReceivedMessage("dev-control", "c", "rc", 1), TimeSpan.FromSeconds(1)),
        ]);

        Assert.Equal(
            [("dev-manager", 10), ("dev-manager", 1), ("dev-control", 1)],
            _http.Requests.Select(request => JsonNode.Parse(request)!).Select(
                request => (((string)request["QueueUrl"]!).Split('/')[^1], request["Entries"]!.AsArray().Count)));
    }

    private Task ChangeAsync(params (ReceivedMessage, TimeSpan)[] changes) =>
        new SqsVisibility(AwsTestClients.Sqs(_http), Neighbour).ChangeAsync(changes, CancellationToken.None);
}
