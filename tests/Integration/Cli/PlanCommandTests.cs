using TaskMesh.Cli;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Cli;

/// <summary>On a mesh of its own, without workers from other tests.</summary>
public sealed class PlanCommandTests(LocalMeshFixture mesh) : IClassFixture<LocalMeshFixture>
{
    private const int Shards = 9;

    /// <summary>Nine shards, then three scans, two at a time.</summary>
    private const string Workflow = """
        {"root":{"type":"Sequential","children":[
          {"type":"Task","name":"note","kind":"insert-data","input":{"key":"k","value":1}},
          {"type":"Task","name":"cut","kind":"tcp-syn-generator",
           "input":{"targets":["127.0.10.0/28"],"ports":"1-9","shardSize":16,"rate":100,"retries":0,"into":"shards"}},
          {"type":"Parallel","name":"shards","children":[]},
          {"type":"Parallel","maxConcurrency":2,"children":[
            {"type":"Task","name":"a","kind":"tcp-syn","input":{"targets":["127.0.10.1"],"ports":"1"}},
            {"type":"Task","name":"b","kind":"tcp-syn","input":{"targets":["127.0.10.1"],"ports":"2"}},
            {"type":"Task","name":"c","kind":"tcp-syn","input":{"targets":["127.0.10.1"],"ports":"3"}}]},
          {"type":"Task","name":"sum","kind":"tcp-syn-aggregator","input":{"of":"shards","plan":{"$from":"cut","path":"/plan"}}}]}}
        """;

    private const string Rows = """
        select (select count(*) from task_manager.collection) + (select count(*) from task_manager.container)
             + (select count(*) from task_manager.task) + (select count(*) from task_manager.dispatch)
             + (select count(*) from task_manager.quarantine) + (select count(*) from task_manager.audit)
             + (select count(*) from task_manager.launch_intent)
        """;

    [RawSocketFact]
    public async Task What_is_planned_is_what_then_happens()
    {
        var file = await mesh.WriteAsync("workflow.json", Workflow);
        var before = await mesh.QueryAsync<long>(Rows);

        var plan = (await mesh.RunAsync("plan", file, "-o", "json")).Good().Json;

        Assert.Equal(before, await mesh.QueryAsync<long>(Rows));
        var run = (await mesh.RunAsync("run", "--file", file, "-o", "jsonl")).Good();
        var id = Guid.Parse(run.Errors.Split('\n')[0]["collection ".Length..]);
        var tasks = plan.GetProperty("tasks").EnumerateArray().ToArray();
        foreach (var task in tasks)
        {
            Assert.Equal(task.GetProperty("queue").GetString(), await mesh.QueryAsync<string>(
                "select pool from task_manager.task where collection_id = $1 and name = $2", id, task.GetProperty("name").GetString()!));
        }
        var made = tasks.Single(task => task.TryGetProperty("makes", out _)).GetProperty("makes");
        Assert.Equal(
            (made.GetProperty("tasks").GetInt64(), made.GetProperty("queue").GetString(), (long)Shards),
            (await mesh.QueryAsync<long>("select count(*) from task_manager.task where collection_id = $1 and parent_id is not null", id),
                await mesh.QueryAsync<string>("select min(pool) from task_manager.task where collection_id = $1 and parent_id is not null", id),
                await mesh.QueryAsync<long>("select count(*) from task_manager.task where collection_id = $1 and kind = 'tcp-syn'", id) - 3));
        Assert.Equal((9, 3), (plan.GetProperty("raw_tasks").GetInt32(), plan.GetProperty("launches").GetArrayLength()));
        Assert.Equal(3, await mesh.QueryAsync<long>("select count(*) from task_manager.launch_attempt where answer = 'launched'"));
        var launched = await LaunchedAsync();
        Assert.Equal(plan.GetProperty("launches").EnumerateArray().Select(cell => $"{cell}"), launched);
        // Another time nobody needs to be launched.
        Assert.Equal(0, (await mesh.RunAsync("plan", file, "-o", "json")).Good().Json.GetProperty("launches").GetArrayLength());
    }

    [Fact]
    public async Task What_submit_refuses_plan_refuses_with_the_same_words_and_code()
    {
        var outside = await mesh.WriteAsync("outside.json", """{"kind":"tcp-syn","input":{"targets":["198.51.100.7"],"ports":"1"}}""");
        var wrong = await mesh.WriteAsync("wrong.json", """{"kind":"tcp-sin","input":{}}""");

        foreach (var (file, code) in new[] { (outside, ExitCode.Refused), (wrong, ExitCode.Usage) })
        {
            var (plan, submit) = (await mesh.RunAsync("plan", file), await mesh.RunAsync("submit", "--file", file));
            Assert.Equal((submit.Code, submit.Errors, code), (plan.Code, plan.Errors, plan.Code));
        }
        var verdict = (await mesh.RunAsync("plan", outside, "-o", "json")).Json;
        Assert.Equal("refused", verdict.GetProperty("verdict").GetString());
        Assert.Contains("outside the scope", verdict.GetProperty("reasons")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task People_read_a_table_with_what_is_left_out()
    {
        var file = await mesh.WriteAsync("table.json", """{"kind":"tcp-syn","input":{"targets":["127.0.0.64/30"],"ports":"1-10","rate":10}}""");

        var plan = (await mesh.RunAsync("plan", file)).Good().Output;

        Assert.Contains("4 addresses, 1 denied (127.0.0.66)", plan, StringComparison.Ordinal);
        Assert.Contains($"allowed by '{LocalMeshFixture.ScopeReference}'", plan, StringComparison.Ordinal);
        Assert.Contains("4 to 8 s, of the packets alone", plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_holds_work_back_is_told()
    {
        (await mesh.RunAsync("scope", "set", mesh.ScopeFile, "--organisation", "small", "--reason", "tests")).Good();
        (await mesh.RunAsync("limits", "set", "--organisation", "small", "--tasks", "4", "--reason", "tests")).Good();
        var file = await mesh.WriteAsync("small.json", Workflow);

        var holds = (await mesh.RunAsync("plan", file, "--organisation", "small", "-o", "json")).Good().Json.GetProperty("holds");

        Assert.Equal(
            [
                "the Manager will not take it: root: 6 tasks are more than the 4 that 'small' may have in a collection",
                "its generators will fail: they make 9 tasks and may make 4",
            ],
            holds.EnumerateArray().Select(hold => $"{hold}"));
    }

    [Fact]
    public async Task A_scan_that_comes_again_too_soon_is_told_in_the_Managers_words()
    {
        (await mesh.RunAsync("scope", "set", mesh.ScopeFile, "--organisation", "rare", "--reason", "tests")).Good();
        (await mesh.RunAsync("limits", "set", "--organisation", "rare", "--rescan", "6h", "--reason", "tests")).Good();
        var file = await mesh.WriteAsync("rare.json", """{"kind":"tcp-syn","input":{"targets":["127.0.10.1"],"ports":"1"},"organisation":"rare"}""");
        var other = await mesh.WriteAsync("o.json", """{"kind":"tcp-syn","organisation":"rare","input":{"ports":"1", "targets":["127.0.10.1"]}}""");
        Assert.Empty((await mesh.RunAsync("plan", file, "-o", "json")).Good().Json.GetProperty("holds").EnumerateArray());
        // Nothing of it starts, so that no worker is launched.
        (await mesh.RunAsync("pause", "organisation", "rare", "--reason", "tests")).Good();
        await mesh.StateAsync(Guid.Parse((await mesh.RunAsync("submit", "--file", file)).Good().Output.Trim()), "Pending");

        var hold = Assert.Single((await mesh.RunAsync("plan", other, "-o", "json")).Good().Json.GetProperty("holds").EnumerateArray());

        const string prefix = "the Manager will not take it: ";
        Assert.StartsWith($"{prefix}tcp-syn: the same 'tcp-syn' was submitted at ", $"{hold}", StringComparison.Ordinal);
        Assert.Contains($"{hold}"[prefix.Length..], (await mesh.RunAsync("run", "--file", other)).Errors, StringComparison.Ordinal);
    }

    private async Task<string[]> LaunchedAsync()
    {
        await using var command = mesh.Database.CreateCommand("""
            select coalesce(instance_type, 'template') || '/' || coalesce(subnet, 'template')
              from task_manager.launch_attempt where answer = 'launched' order by answered_at
            """);
        await using var reader = await command.ExecuteReaderAsync();
        var cells = new List<string>();
        while (await reader.ReadAsync())
            cells.Add(reader.GetString(0));
        return [.. cells];
    }
}
