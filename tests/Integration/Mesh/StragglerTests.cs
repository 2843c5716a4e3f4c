using System.Net;
using System.Net.Sockets;
using Amazon.SQS.Model;
using Npgsql;
using TaskMesh.Integration.Cli;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Mesh;

/// <summary>A shard that still runs when its siblings have long ended.</summary>
[Collection(LocalMeshTests.Name)]
public sealed class StragglerTests(LocalMeshFixture mesh)
{
    private const int Planned = 1600;

    /// <summary>Siblings that are over at once, in another network.</summary>
    private const int Quick = 3;

    /// <summary>Packets a second to any network: at this the straggler takes five minutes.</summary>
    private const string Slow = "5";

    private const string Usual = "1000";

    /// <summary>What the straggler becomes.</summary>
    private const int Shares = 4;

    private const string ScansThat = "select count(*) from task_manager.task where collection_id = $1 and kind = 'tcp-syn' and ";

    [RawSocketFact]
    public async Task It_is_shared_and_the_scan_ends_as_one_that_nobody_shared()
    {
        using var one = new TcpListener(IPAddress.Parse("127.0.10.1"), 41_007);
        using var two = new TcpListener(IPAddress.Parse("127.0.10.30"), 41_040);
        one.Start();
        two.Start();
        var quick = string.Concat(Enumerable.Range(1, Quick).Select(last =>
            $$"""{"targets":"127.0.11.{{last}}","ports":"1","shard":"0-0"},"""));
        var workflow = $$$$"""
            {"root":{"type":"Sequential","children":[
              {"type":"Task","name":"cut","kind":"tcp-syn-generator","input":{"targets":["127.0.11.99"],"ports":"1","into":"shards"}},
              {"type":"Task","name":"each","kind":"for-each","input":{"into":"shards","kind":"tcp-syn",
               "rows":[{{{{quick}}}}{"targets":"127.0.10.0/27","ports":"41001-41050","shard":"0-{{{{Planned - 1}}}}"}],
               "input":{"targets":[{"$row":"/targets"}],"ports":{"$row":"/ports"},"shard":{"$row":"/shard"},"seed":7,"retries":0,"closed":true} } },
              {"type":"Parallel","name":"shards","children":[]},
              {"type":"Task","name":"sum","kind":"tcp-syn-aggregator","input":{"of":"shards","plan":{"$from":"cut","path":"/plan"}}}]}}
            """;

        Guid id;
        await LimitAsync(Slow);
        try
        {
            id = (await mesh.RunWithInputAsync(workflow, "submit", "--file", "-", "-o", "json")).Good().Json.GetProperty("id").GetGuid();
            await CountAsync("state = 'Succeeded'", id, Quick + 1);
            await CountAsync("state = 'Running' and checkpoint is not null", id, 1);
            await BeginLongAgoAsync(id);
            // At one look a worker may not be free yet.
            await Eventually.GetAsync(
                async () =>
                {
                    await mesh.Sqs.SendMessageAsync(new SendMessageRequest(mesh.State.ManagerQueue, """{"type":"Tick"}"""));
                    return await mesh.QueryAsync<long>($"{ScansThat} true", id);
                },
                found => found == Quick + 1 + Shares);
        }
        finally
        {
            await LimitAsync(Usual);
        }
        await Eventually.GetAsync(
            () => mesh.QueryAsync<string>("select state::text from task_manager.collection where id = $1", id), state => state == "Succeeded");

        Assert.Equal($"{Quick + 1 + Shares} 0 {Planned + Quick + 1} 2 {Planned + Quick - 1}", await mesh.QueryAsync<string>(
            """
            select concat_ws(' ', d->>'shards', d->>'without', d->>'planned', d->>'open', d->>'closed')
              from task_manager.task join task_manager.task_data on task_id = id, lateral (select data::jsonb) as j(d)
             where collection_id = $1 and name = 'sum' and part = 0
            """,
            id));
        Assert.Equal($"{Planned} {Planned} 2", await mesh.QueryAsync<string>(
            """
            select concat_ws(' ', count(*), count(distinct (r->>'address', r->>'port')), count(*) filter (where r->>'state' = 'Open'))
              from task_manager.task t
              join task_manager.task_data d on d.task_id = t.id and d.attempt = t.attempt and d.part > 0
             cross join lateral jsonb_array_elements(d.data::jsonb) as r
             where t.collection_id = $1 and t.input like '%127.0.10.0/27%'
            """,
            id));
    }

    private async Task LimitAsync(string packets) => (await mesh.RunAsync("limits", "network", packets, "--reason", "a test")).Good();

    private Task<long> CountAsync(string condition, Guid collection, long count) =>
        Eventually.GetAsync(() => mesh.QueryAsync<long>(ScansThat + condition, collection), found => found == count);

    /// <summary>Moves the start of what runs, instead of waiting.</summary>
    private async Task BeginLongAgoAsync(Guid collection)
    {
        const string sql = """
            with moved as (
                update task_manager.task
                   set started_at = started_at - interval '10 minutes'
                 where collection_id = $1 and state = 'Running' and kind = 'tcp-syn'
             returning id
            )
            update task_manager.dispatch set written_at = written_at - interval '10 minutes' where tasks && array(select id from moved)
            """;
        await using var database = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(mesh.State.ReaderDatabase) { Username = "postgres" }.ConnectionString);
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddWithValue(collection);
        await command.ExecuteNonQueryAsync();
    }
}
