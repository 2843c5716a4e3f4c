using System.Text;
using Amazon.SQS.Model;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Cli;

[Collection(LocalMeshTests.Name)]
public sealed class QuarantineTests(LocalMeshFixture mesh)
{
    [Fact]
    public async Task What_nobody_can_accept_is_put_aside_with_its_reason_and_bytes_and_its_neighbours_go_on()
    {
        (string Body, string? Reason)[] messages =
        [
            ("<task>не JSON \ud83d\ude00</task>", "not a message: "),
            ("""{"type":"CreateTask","kind":"insert-data","input":{"key":"neighbour","value":1}}""", null),
            ("""{"type":"CreateTask","kind":"insert-data","input":{"key":"half a \ud83d","value":1}}""", "not a message: a string holds half"),
            ("""{"type":"CreateTsak","kind":"insert-data","input":{}}""", "type: 'CreateTsak' is none of "),
            ("""{"type":"CreateTask","kind":"no-such-kind","input":{}}""", "no-such-kind: kind: there is no task kind 'no-such-kind'"),
            ("""{"type":"CreateTask","kind":"insert-data","input":{"key":"neighbour","value":2}}""", null),
            (
                """{"type":"CreateTask","kind":"tcp-syn","input":{"targets":["198.51.100.7"],"ports":"1"}}""",
                $"tcp-syn: '198.51.100.7' is outside the scope '{LocalMeshFixture.ScopeReference}'"
            ),
        ];

        var sent = await mesh.Sqs.SendMessageBatchAsync(new SendMessageBatchRequest
        {
            QueueUrl = mesh.State.ManagerQueue,
            Entries = [.. messages.Select((message, i) => new SendMessageBatchRequestEntry($"{i}", message.Body))],
        });

        const string neighbours = "select count(*) from task_manager.task where input like '%\"neighbour\"%' and state = 'Succeeded'";
        await Eventually.GetAsync(() => mesh.QueryAsync<long>(neighbours), done => done == 2);
        foreach (var (body, reason) in messages)
            await IsPutAsideAsync(sent.Successful.Single(entry => messages[int.Parse(entry.Id)].Body == body).MessageId, body, reason);
    }

    private async Task IsPutAsideAsync(string messageId, string body, string? reason)
    {
        const string bytes = "select body from task_manager.quarantine where message_id = $1 and queue = 'taskmesh-local-manager'";
        const string why = "select reason from task_manager.quarantine where message_id = $1";
        if (reason is null)
        {
            Assert.Null(await mesh.QueryAsync<string>(why, messageId));
            return;
        }
        var kept = await Eventually.GetAsync(() => mesh.QueryAsync<byte[]>(bytes, messageId), row => row is not null);
        Assert.Equal(body, Encoding.UTF8.GetString(kept!));
        Assert.StartsWith(reason, await mesh.QueryAsync<string>(why, messageId));
    }
}
