using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scope;
using TaskMesh.Tasks;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Manager;

/// <summary>The data kinds on a real database, each sent as a message, claimed and run by a worker.</summary>
[Collection(ProductTests.Name)]
public class DataKindsTests(ProductCluster cluster)
{
    private const string Rows = """
        [{"address":"10.0.0.1","port":22,"transport":"tcp"},
         {"address":"10.0.0.1","port":80,"transport":"tcp"},
         {"address":"10.0.0.2","port":80,"transport":"tcp"}]
        """;

    [Fact]
    public async Task Listed_rows_are_filtered_and_written_and_a_second_run_changes_none()
    {
        await using var rig = await RigAsync();
        var worker = new RigWorker(rig);
        await worker.RunAsync("upsert-models", $$"""{"model":"endpoint","rows":{{Rows}}}""");
        var events = await rig.Database.ScalarAsync<long>("select count(*) from recon.change");

        var outputs = new List<string>();
        for (var run = 0; run < 2; run++)
        {
            var id = Guid.CreateVersion7();
            await rig.SendAsync(Pipeline(id));
            await worker.RunAllAsync();
            outputs.AddRange(await rig.Database.RowsAsync($"""
                select t.state, d.data from task_manager.task t
                  join task_manager.task_data d on d.task_id = t.id and d.attempt = t.attempt and d.part = 0
                 where t.collection_id = '{id}' and t.kind like 'upsert%' order by t.kind
                """));
        }

        Assert.Equal(
            ["Succeeded {\"inserted\":2,\"changed\":0,\"refreshed\":0}", "Succeeded {\"inserted\":0,\"changed\":0,\"refreshed\":2}"], outputs);
        Assert.Equal(["10.0.0.1", "10.0.0.2"], await rig.Database.RowsAsync("select address from recon.host order by address"));
        Assert.Equal(events + 2, await rig.Database.ScalarAsync<long>("select count(*) from recon.change"));
    }

    [Theory]
    [InlineData("filter-by-field", """,{"filter":{"field":"port","operator":"greater","value":22}}""", "[1,2]")]
    [InlineData("filter-by-port", """,{"ports":"1-79"}""", "[0]")]
    [InlineData("filter-by-regex", """,{"field":"address","pattern":"\\.2$"}""", "[2]")]
    [InlineData("filter-in-scope", ",{}", "[0,1]")]
    [InlineData("filter-unique", """,{"fields":["address"]}""", "[0,2]")]
    [InlineData("filter-sample", """,{"count":1,"seed":7}""", "[1]")]
    [InlineData("filter-new-only", """,{"model":"endpoint"}""", "[0,2]")]
    public async Task A_filter_passes_the_rows_that_it_is_asked_for(string kind, string more, string places)
    {
        await using var rig = await RigAsync();
        var worker = new RigWorker(rig);
        await worker.RunAsync("upsert-models", """{"model":"endpoint","rows":[{"address":"10.0.0.1","port":80,"transport":"tcp"}]}""");
        var input = JsonElement.Parse(more[1..]).EnumerateObject().Select(member => $",\"{member.Name}\":{member.Value.GetRawText()}");
        var all = JsonElement.Parse(Rows);

        var done = await worker.RunAsync(kind, $$$"""{"rows":{{{Rows}}}{{{string.Concat(input)}}}}""");

        var passed = JsonElement.Parse(places).EnumerateArray().Select(place => all[place.GetInt32()].GetRawText()).ToArray();
        Assert.Equal($$$"""Succeeded {"rows":[{{{string.Join(',', passed)}}}],"dropped":{{{3 - passed.Length}}}}""", done);
    }

    [Theory]
    [InlineData("list-models", """{"model":"host","filter":{"field":"port","operator":"exists"}}""",
        "filter: port: a host has no such field; it has address, name, tarpit, firstSeen, lastSeen")]
    [InlineData("list-models", """{"model":"host","filter":{"field":"address","operator":"contains","value":"1"}}""",
        "filter: address: is an IPv4 or IPv6 address, which 'contains' does not apply to")]
    [InlineData("filter-by-regex", """{"rows":[],"field":"a","pattern":"(a)\\1"}""", "pattern: RegexOptions.NonBacktracking")]
    [InlineData("filter-by-regex", """{"rows":[],"field":"a","pattern":"("}""", "pattern: Invalid pattern '(' at offset 1")]
    [InlineData("filter-sample", """{"rows":[],"count":0}""", "count: 0 is not from 1 to 100000")]
    [InlineData("upsert-models", """{"model":"domain","rows":[{"name":"a.example"},{"name":"\u0000"}]}""",
        "rows[1]: name: \"\\u0000\" is not a host name")]
    [InlineData("upsert-models", """{"model":"endpoint","rows":[{"address":"10.0.0.1","port":1,"transport":"sctp"}]}""",
        "rows[0]: transport: \"sctp\" is not tcp or udp")]
    [InlineData("insert-data", """{"key":"\u0000","value":1}""", "key: holds U+0000")]
    public void Bad_input_is_refused_in_words(string kind, string input, string problem) => Assert.Contains(
        AllTasks.Catalogue.Find(kind)!.Check(JsonElement.Parse(input)).Problems, found => found.StartsWith(problem, StringComparison.Ordinal));

    /// <summary>Quadratic for every engine that backtracks, and for the .NET one without a limit.</summary>
    [Fact]
    public async Task No_pattern_takes_a_worker_hostage()
    {
        await using var rig = await RigAsync();
        var rows = $$"""[{"a":"{{new string('a', 100_000)}}!"}]""";

        var done = await new RigWorker(rig).RunAsync("filter-by-regex", $$"""{"rows":{{rows}},"field":"a","pattern":"^(a+)+$"}""");

        Assert.Equal("""Succeeded {"rows":[],"dropped":1}""", done);
    }

    private static CreateCollection Pipeline(Guid id) => (CreateCollection)MessageReader.Read(
        System.Text.Encoding.UTF8.GetBytes($$$"""
        {"type":"CreateCollection","id":"{{{id}}}","root":{"type":"Sequential","children":[
          {"type":"Task","name":"list","kind":"list-models","input":{"model":"endpoint","fields":["address"],
            "filter":{"field":"port","operator":"at-least","value":22} } },
          {"type":"Task","name":"one","kind":"filter-unique","input":{"rows":{"$from":"list","path":"/rows"},"fields":["address"]}},
          {"type":"Task","name":"write","kind":"upsert-models","input":{"model":"host","rows":{"$from":"one","path":"/rows"} } }] } }
        """), id, out _)!;

    private async Task<ManagerRig> RigAsync()
    {
        var rig = new ManagerRig(await cluster.CreateAsync(), AllTasks.Catalogue);
        await rig.StartAsync();
        await rig.SendAsync(new Control(
            new ControlAction.SetScope(new ScanScope(
                "tester", "test", DateTimeOffset.MinValue, DateTimeOffset.MaxValue, ["10.0.0.1"], AllowPrivate: true)), "tester", "test")
        { Id = Guid.CreateVersion7() });
        return rig;
    }
}
