using System.Net;
using System.Net.Sockets;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Cli;

[Collection(LocalMeshTests.Name)]
public sealed class ShardedScanTests(LocalMeshFixture mesh)
{
    private const int Shards = 4;

    [RawSocketFact]
    public async Task A_scan_cut_into_shards_ends_as_one()
    {
        using var one = new TcpListener(IPAddress.Parse("127.0.9.1"), 0);
        using var two = new TcpListener(IPAddress.Parse("127.0.9.7"), 0);
        one.Start();
        two.Start();
        var ports = string.Join(',', new[] { one, two }.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).Distinct());
        var workflow = $$$$"""
            {"root":{"type":"Sequential","children":[
              {"type":"Task","name":"cut","kind":"tcp-syn-generator",
               "input":{"targets":["127.0.9.0/28"],"ports":"{{{{ports}}}}","shardSize":8,"rate":1000,"into":"shards"}},
              {"type":"Parallel","name":"shards","children":[]},
              {"type":"Task","name":"sum","kind":"tcp-syn-aggregator","input":{"of":"shards","plan":{"$from":"cut","path":"/plan"}}}]}}
            """;

        var run = (await mesh.RunWithInputAsync(workflow, "run", "--file", "-", "-o", "jsonl")).Good();

        var id = Guid.Parse(run.Errors.Split('\n')[0]["collection ".Length..]);
        Assert.Equal(Shards, await mesh.QueryAsync<long>(
            "select count(*) from task_manager.task where collection_id = $1 and kind = 'tcp-syn' and state = 'Succeeded'", id));
        Assert.Equal("4 0 32 2", await mesh.QueryAsync<string>(
            """
            select concat_ws(' ', d->>'shards', d->>'without', d->>'planned', d->>'open')
              from task_manager.task join task_manager.task_data on task_id = id, lateral (select data::jsonb) as j(d)
             where collection_id = $1 and name = 'sum' and part = 0
            """,
            id));
        Assert.Equal(2, await mesh.QueryAsync<long>("select count(*) from recon.endpoint where address << '127.0.9.0/24' and gone_at is null"));
    }
}
