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

    [Fact]
    public async Task What_SQS_failed_is_asked_for_again_and_what_is_not_hidden_any_more_is_not()
    {
        var answers = new Queue<string>(
        [
            """{"Failed":[{"Id":"0","Code":"InternalError","SenderFault":false},{"Id":"1","Code":"InvalidParameterValue","SenderFault":true}]}""",
            "{}",
        ]);
        var http = new StubHttp(_ => new StubAnswer(answers.Dequeue()));

        await ChangeAsync(
            http,
            (new ReceivedMessage("dev-manager", "a", "failed", 1), TimeSpan.FromSeconds(1)),
            (new ReceivedMessage("dev-manager", "b", "gone", 1), TimeSpan.FromSeconds(1)),
            (new ReceivedMessage("dev-manager", "c", "good", 1), TimeSpan.FromSeconds(1)));

        var again = Assert.Single(JsonNode.Parse(http.Requests[1])!["Entries"]!.AsArray());
        Assert.Equal("failed", (string?)again!["ReceiptHandle"]);
    }

    [Fact]
    public async Task It_is_not_asked_for_for_ever()
    {
        var http = new StubHttp(_ => new StubAnswer("""{"Failed":[{"Id":"0","Code":"InternalError","SenderFault":false}]}"""));

        await ChangeAsync(http, (new ReceivedMessage("dev-manager", "a", "failed", 1), TimeSpan.FromSeconds(1)));

        Assert.Equal(3, http.Requests.Count);
    }

    private Task ChangeAsync(params (ReceivedMessage, TimeSpan)[] changes) => ChangeAsync(_http, changes);

    private static Task ChangeAsync(StubHttp http, params (ReceivedMessage, TimeSpan)[] changes) =>
        new SqsVisibility(AwsTestClients.Sqs(http), Neighbour).ChangeAsync(changes, CancellationToken.None);
}
