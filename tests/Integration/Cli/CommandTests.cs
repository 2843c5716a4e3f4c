using System.Text.Json;
using TaskMesh.Cli;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Cli;

[Collection(LocalMeshTests.Name)]
public sealed class CommandTests(LocalMeshFixture mesh)
{
    private const string TwoTasks = """
        {"name":"two tasks","root":{"type":"Sequential","children":[
          {"type":"Task","name":"write","kind":"insert-data","input":{"key":"greeting","value":"hello"}},
          {"type":"Task","name":"read","kind":"list-models","input":{"model":"endpoint","limit":1}}]}}
        """;

    [Fact]
    public async Task Run_follows_a_collection_and_what_it_did_can_be_looked_at()
    {
        var run = (await mesh.RunWithInputAsync(TwoTasks, "run", "--file", "-", "-o", "jsonl")).Good();

        Assert.Equal(
            [("write", "insert-data", "Succeeded"), ("read", "list-models", "Succeeded")],
            run.JsonLines.Select(line => (Text(line, "name"), Text(line, "kind"), Text(line, "state"))));
        var id = run.Errors.Split('\n')[0]["collection ".Length..];

        var listed = (await mesh.RunAsync("ls", "-o", "json")).Good().Json.EnumerateArray().Single(row => Text(row, "id") == id);
        Assert.Equal(("two tasks", "Succeeded", 2), (Text(listed, "name"), Text(listed, "state"), listed.GetProperty("tasks").GetInt32()));

        var tree = (await mesh.RunAsync("tree", id, "-o", "json")).Good().Json.GetProperty("root");
        Assert.Equal("Sequential", Text(tree, "type"));
        Assert.Equal(["write", "read"], tree.GetProperty("children").EnumerateArray().Select(child => Text(child, "name")));

        var shown = (await mesh.RunAsync("show", id, "-o", "json")).Good().Json;
        var task = shown.GetProperty("tasks")[0];
        // Before that it may have been Pending: while something was held a moment ago, every task is looked at.
        Assert.Equal(
            ["Dispatched", "Running", "Succeeded"], task.GetProperty("history").EnumerateArray().Select(step => Text(step, "state")).TakeLast(3));

        var alone = (await mesh.RunAsync("show", Text(task, "id"), "-o", "json")).Good().Json;
        Assert.Equal("hello", Text(alone.GetProperty("input"), "value"));
        Assert.All([.. run.JsonLines, listed, shown, alone], HasSchema);
    }

    [Fact]
    public async Task A_result_that_is_too_large_for_a_message_is_fetched_from_the_object_store()
    {
        var rows = $"[\"{new string('x', 120_000)}\"]";
        var collection = $$$"""
            {"root":{"type":"Sequential","children":[
              {"type":"Task","name":"half","kind":"filter-unique","input":{"rows":{{{rows}}} } },
              {"type":"Task","name":"whole","kind":"filter-unique","input":{"rows":[
                {"a":{"$from":"half","path":"/rows"} },{"b":{"$from":"half","path":"/rows"} }]} }]} }
            """;

        var run = (await mesh.RunWithInputAsync(collection, "run", "--file", "-", "-o", "jsonl")).Good().JsonLines.Last();

        Assert.Equal(2, run.GetProperty("output").GetProperty("rows").GetArrayLength());
        const string stored = "select object_key from task_manager.task_data where task_id = $1";
        Assert.NotNull(await mesh.QueryAsync<string>(stored, run.GetProperty("id").GetGuid()));
        var shown = (await mesh.RunAsync("show", Text(run, "id"), "-o", "json")).Good().Json;
        Assert.Equal(120_000, shown.GetProperty("output").GetProperty("rows")[1].GetProperty("b")[0].GetString()!.Length);
    }

    [Fact]
    public async Task Submit_prints_the_id_and_does_not_wait()
    {
        var submitted = (await mesh.RunAsync("submit", "insert-data", """{"key":"a","value":[]}""", "--name", "alone", "-o", "json")).Good().Json;

        HasSchema(submitted);
        await mesh.WorkerOfAsync(submitted.GetProperty("id").GetGuid(), "Succeeded");
    }

    [RawSocketFact]
    public async Task Cancel_ends_a_collection_before_what_waits_in_it()
    {
        const string slow = """
            {"root":{"type":"Sequential","children":[
              {"type":"Task","name":"scan","kind":"tcp-syn","input":{"targets":["127.0.0.1"],"ports":"1-1000","rate":1}},
              {"type":"Task","name":"never","kind":"insert-data","input":{"key":"never","value":1}}]}}
            """;
        var id = Text((await mesh.RunWithInputAsync(slow, "submit", "--file", "-", "-o", "json")).Good().Json, "id");
        await Eventually.GetAsync(async () => (await mesh.RunAsync("tree", id, "-o", "json")).Code, code => code == 0);

        (await mesh.RunAsync("cancel", id, "--reason", "no longer needed", "-o", "json")).Good();

        var show = await Eventually.GetAsync(
            () => mesh.RunAsync("show", id, "-o", "json"),
            answer => answer.Json.GetProperty("tasks").EnumerateArray().All(task => Text(task, "state") == "Cancelled"));
        Assert.Equal("Cancelled", Text(show.Json, "state"));
        Assert.Equal(1, await mesh.QueryAsync<long>("select count(*) from task_manager.audit where why = 'no longer needed'"));
    }

    [Fact]
    public async Task Definitions_tell_of_each_kind_what_it_needs_and_where_it_runs()
    {
        var definitions = (await mesh.RunAsync("definitions", "-o", "json")).Good().Json.EnumerateArray().ToArray();

        var scan = definitions.Single(definition => Text(definition, "kind") == "tcp-syn");
        Assert.Equal("bare-metal", Text(scan, "queue"));
        Assert.Equal(
            ["TaskDataAccess", "ReconDataAccess", "RawSocketAccess"],
            scan.GetProperty("requirements").EnumerateArray().Select(name => name.GetString()));
        Assert.All(definitions, HasSchema);
    }

    [Theory]
    [InlineData("tcp-syn", "bare-metal", 1)]
    [InlineData("insert-data", "internal", 2)]
    [InlineData("certificate-transparency", "external", 3)]
    public async Task Explain_names_the_rule_that_gave_the_queue(string kind, string queue, int rule)
    {
        var explanation = (await mesh.RunAsync("explain", kind, "-o", "json")).Good().Json;

        HasSchema(explanation);
        Assert.Equal((queue, rule), (Text(explanation, "queue"), explanation.GetProperty("rule").GetInt32()));
        Assert.Equal(rule - 1, explanation.GetProperty("why_not").GetArrayLength());
    }

    [Fact]
    public async Task Scope_shows_and_judges()
    {
        var scope = (await mesh.RunAsync("scope", "show", "-o", "json")).Good().Json;
        Assert.Equal(("the tests", "16777215"), (Text(scope, "authoriser"), Text(scope, "addresses")));

        var check = await mesh.RunAsync("scope", "check", "127.0.0.1", "127.0.0.66", "192.0.2.0/28", "example.com", "-o", "json");

        Assert.Equal(ExitCode.Refused, check.Code);
        var verdicts = check.Json.EnumerateArray().ToArray();
        Assert.Equal([true, false, false, false], verdicts.Select(verdict => verdict.GetProperty("allowed").GetBoolean()));
        Assert.All([.. verdicts, scope], HasSchema);
    }

    [Fact]
    public async Task Status_says_where_the_mesh_is_and_up_finds_it_running()
    {
        var status = (await mesh.RunAsync("local", "status", "-o", "json")).Good();
        var up = (await mesh.RunAsync("local", "up", "-o", "json")).Good();

        HasSchema(status.Json);
        Assert.Equal(status.Output, up.Output);
        Assert.Equal(mesh.State.ProcessId, up.Json.GetProperty("process_id").GetInt32());
    }

    [Theory]
    [InlineData("show")]
    [InlineData("tree")]
    [InlineData("cancel", "--reason", "none")]
    public async Task An_id_that_nobody_knows_is_told(string command, params string[] options)
    {
        var id = Guid.NewGuid();

        var answer = await mesh.RunAsync([command, $"{id}", .. options]);

        Assert.Equal((ExitCode.Usage, ""), (answer.Code, answer.Output));
        Assert.Contains($"{id}", answer.Errors);
    }

    /// <summary>The example of README.md.</summary>
    [AwsCliFact]
    public async Task Any_client_of_SQS_can_submit()
    {
        const string script = """
            eval "$("$@" local env)"
            exec /usr/bin/aws --endpoint-url "$AWS_ENDPOINT_URL" sqs send-message --queue-url "$TASKMESH_MANAGER_QUEUE_URL" \
                --message-body '{"type":"CreateTask","kind":"insert-data","input":{"key":"from the AWS CLI","value":"hello"}}'
            """;
        using var process = CliProcess.Start(mesh.Environment, [], "sh", "-c", script, "sh");

        (await CliProcess.EndAsync(process)).Good();

        const string done = "select count(*) from task_manager.task where input like '%from the AWS CLI%' and state = 'Succeeded'";
        await Eventually.GetAsync(() => mesh.QueryAsync<long>(done), count => count == 1);
    }

    private static void HasSchema(JsonElement document) => Assert.Matches(@"^taskmesh\.[a-z-]+\.v1$", Text(document, "schema"));

    private static string Text(JsonElement document, string property) => document.GetProperty(property).GetString()!;
}
