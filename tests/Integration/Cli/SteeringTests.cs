using System.Text.Json;
using TaskMesh.Cli;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Cli;

/// <summary>What steers a mesh, as its users do it; each test lets go of what it held.</summary>
[Collection(LocalMeshTests.Name)]
public sealed class SteeringTests(LocalMeshFixture mesh)
{
    private const string AnyTask = """{"key":"steered","value":1}""";

    [Fact]
    public async Task Limits_that_are_left_out_stay()
    {
        (await mesh.RunAsync("scope", "set", mesh.ScopeFile, "--organisation", "bounded", "--reason", "tests")).Good();
        (await SetAsync("--tasks", "4", "--rescan", "6h")).Good();
        Assert.Equal(
            "Limits of 'bounded': tasks in line 9, tasks of a collection 4, packets/s of its scans any number, between the same scans any time.\n",
            (await SetAsync("--waiting", "9", "--rescan", "none")).Good().Output);

        var shown = (await mesh.RunAsync("limits", "show", "--organisation", "bounded", "-o", "json")).Good().Json;
        Assert.Equal((9, 4), (shown.GetProperty("waiting").GetInt32(), shown.GetProperty("tasks").GetInt32()));
        Assert.False(shown.TryGetProperty("rescan", out _));
        Assert.Equal(ExitCode.Usage, (await SetAsync()).Code);
        Assert.Contains("'few' is neither a number nor 'none'", (await SetAsync("--tasks", "few")).Errors, StringComparison.Ordinal);

        Task<CliAnswer> SetAsync(params string[] limits) =>
            mesh.RunAsync(["limits", "set", "--organisation", "bounded", "--reason", "tests", .. limits]);
    }

    [Fact]
    public async Task A_pool_without_slots_lets_work_wait_in_line_until_it_has_some()
    {
        (await SteerAsync("pool", "set", "internal", "--packets", "900")).Good();
        (await SteerAsync("pool", "set", "internal", "--slots", "0")).Good();
        var pool = Row(await mesh.RunAsync("pool", "ls", "-o", "json"), "name", "internal");
        Assert.Equal((0, 900), (pool.GetProperty("slots").GetInt32(), pool.GetProperty("packets_per_second").GetInt32()));
        (await SteerAsync("pool", "set", "internal", "--packets", "none")).Good();
        Assert.False(Row(await mesh.RunAsync("pool", "ls", "-o", "json"), "name", "internal").TryGetProperty("packets_per_second", out _));
        var first = await SubmitAsync("insert-data", AnyTask);
        var second = await SubmitAsync("insert-data", AnyTask);

        Assert.Equal(1, (await WhyAsync(first, "Capacity")).GetProperty("position").GetInt32());
        Assert.Equal(2, (await WhyAsync(second, "Capacity")).GetProperty("position").GetInt32());

        (await SteerAsync("pool", "set", "internal")).Good();
        await WhyAsync(second, "Ended");
    }

    [Theory]
    [InlineData("organisation", "default")]
    [InlineData("pool", "internal")]
    public async Task What_is_paused_waits_and_says_who_paused_it_and_why(string what, string name)
    {
        (await SteerAsync("pause", what, name)).Good();
        var id = await SubmitAsync("insert-data", AnyTask);

        var why = await WhyAsync(id, "Pause");

        Assert.Equal($"Its {what} '{name}' is paused by {Environment.UserName}: a test.", Text(why, "sentence"));
        (await SteerAsync("resume", what, name)).Good();
        await WhyAsync(id, "Ended");
    }

    [Fact]
    public async Task Outside_the_windows_and_under_the_kill_switch_no_scan_starts()
    {
        var closed = TimeProvider.System.GetUtcNow().AddDays(3);
        (await SteerAsync("windows", "set", $"{closed.DayOfWeek.ToString()[..3]} 03:00-03:01 UTC")).Good();
        Assert.Single((await mesh.RunAsync("windows", "show", "-o", "json")).Good().Json.EnumerateArray());
        var id = await SubmitAsync("tcp-syn", """{"targets":["127.0.0.1"],"ports":"1"}""");
        Assert.True((await WhyAsync(id, "ScanWindow")).TryGetProperty("next_try", out _));

        (await SteerAsync("kill-switch", "on")).Good();
        Assert.True((await mesh.RunAsync("kill-switch", "status", "-o", "json")).Good().Json.GetProperty("on").GetBoolean());
        await WhyAsync(id, "KillSwitch");

        (await SteerAsync("cancel", $"{id}")).Good();
        (await SteerAsync("windows", "clear")).Good();
        Assert.Equal("No window is set, so scans may run at any time.", (await mesh.RunAsync("windows", "show")).Good().Output.Trim());
        (await SteerAsync("kill-switch", "off")).Good();
        Assert.Equal("off\n", (await mesh.RunAsync("kill-switch", "status")).Good().Output);
    }

    [Fact]
    public async Task A_schedule_is_set_runs_by_hand_and_is_removed()
    {
        var file = await mesh.WriteAsync("scheduled.json", """{"kind":"insert-data","input":{"key":"scheduled","value":1}}""");
        (await SteerAsync("schedule", "set", "nightly", file, "--cron", "0 3 29 2 *", "--tz", "Europe/Berlin", "--organisation", "default")).Good();
        (await SteerAsync("schedule", "run", "nightly")).Good();

        var shown = await Eventually.GetAsync(
            async () => (await mesh.RunAsync("schedule", "show", "nightly", "-o", "json")).Good().Json,
            schedule => schedule.GetProperty("turns")[0].TryGetProperty("last_state", out var state) && state.GetString() == "Succeeded");
        Assert.Equal("0 3 29 2 * (Europe/Berlin)", Text(shown.GetProperty("turns")[0], "when"));
        Assert.Equal("by-hand", Text(shown.GetProperty("runs")[0], "outcome"));

        (await SteerAsync("schedule", "pause", "nightly")).Good();
        Assert.True(Row(await mesh.RunAsync("schedule", "ls", "-o", "json"), "name", "nightly").GetProperty("paused").GetBoolean());
        (await SteerAsync("schedule", "resume", "nightly")).Good();
        (await SteerAsync("schedule", "rm", "nightly")).Good();
        Assert.DoesNotContain("nightly", (await mesh.RunAsync("schedule", "ls")).Good().Output);
    }

    [Fact]
    public async Task What_failed_for_good_is_listed_shown_and_done_again_once_for_each_number()
    {
        const string failing = """
            {"root":{"type":"Sequential","children":[
              {"type":"Task","name":"write","kind":"insert-data","input":{"key":"x","value":1}},
              {"type":"Task","name":"fails","kind":"insert-data","input":{"key":"y","value":{"$from":"write","path":"/nowhere"}}}]}}
            """;
        Assert.Equal(ExitCode.Failures, (await mesh.RunWithInputAsync(failing, "run", "--file", "-")).Code);
        var letter = Row(await mesh.RunAsync("dlq", "ls", "--kind", "insert-data", "--error", "/NOWHERE", "-o", "json"), "state", "Failed");
        var id = Text(letter, "id");

        var shown = (await mesh.RunAsync("dlq", "show", id, "-o", "json")).Good().Json;
        Assert.Contains("\"$from\":\"write\"", Text(shown, "message"));
        Assert.Equal("1 replayed\n", (await SteerAsync("retry", id, "--number", "1")).Good().Output);
        Assert.Equal("0 replayed\n", (await SteerAsync("retry", id, "--number", "1")).Good().Output);
        Assert.Equal(1, (await mesh.RunAsync("dlq", "show", id, "-o", "json")).Good().Json.GetProperty("replays").GetInt32());

        var task = (await mesh.RunAsync("show", id, "-o", "json")).Good().Json;
        var again = (await SteerAsync("retry", Text(task, "collection_id"), "--from-start")).Good().Output.Trim();
        var whole = await Eventually.GetAsync(
            () => mesh.RunAsync("show", again, "-o", "json"), answer => Text(answer.Good().Json, "state") == "Failed");
        Assert.Equal(["write", "fails"], whole.Json.GetProperty("tasks").EnumerateArray().Select(each => Text(each, "name")));
    }

    [Fact]
    public async Task A_message_that_was_put_aside_is_replayed_when_its_reason_is_gone()
    {
        var body = """{"type":"CreateTask","kind":"insert-data","organisation":"later","input":{"key":"for later","value":1}}""";
        await mesh.Sqs.SendMessageAsync(mesh.State.ManagerQueue, body);
        await Eventually.GetAsync(
            () => mesh.RunAsync("dlq", "ls", "--error", "no 'later'", "-o", "json"), answer => answer.Good().Json.GetArrayLength() == 1);

        (await SteerAsync("scope", "set", mesh.ScopeFile, "--organisation", "later")).Good();
        Assert.Equal("1 replayed\n", (await SteerAsync("dlq", "replay", "--error", "no 'later'")).Good().Output);

        const string done = "select count(*) from task_manager.task where organisation = 'later' and state = 'Succeeded'";
        await Eventually.GetAsync(() => mesh.QueryAsync<long>(done), count => count == 1);
    }

    [Theory]
    [InlineData("name: there is no 'nowhere'", "pool", "set", "nowhere", "--slots", "1")]
    [InlineData("--slots: -1 is not from 0 to 1000000", "pool", "set", "internal", "--slots", "-1")]
    [InlineData("--packets: '0' is not from 1 to 10000000, nor 'none'", "pool", "set", "internal", "--packets", "0")]
    [InlineData("--waiting: 20000000 is not from 0 to 10000000", "limits", "set", "--waiting", "20000000")]
    [InlineData("packets: not from 1 to 10000000", "limits", "network", "0")]
    [InlineData("id: there is no collection, container or task 00000000-", "cancel", "00000000-0000-7000-8000-000000000000")]
    [InlineData("name: there is no organisation 'nobody'", "pause", "organisation", "nobody")]
    [InlineData("name: pool 'internal' is not paused", "resume", "pool", "internal")]
    [InlineData("Argument 'planet' not recognized", "pause", "planet", "earth")]
    [InlineData("window: 'soon' is not [days ]from-to zone", "windows", "set", "soon")]
    [InlineData("window: timeZone: there is no 'Mars/Olympus'", "windows", "set", "22:00-06:00 Mars/Olympus")]
    [InlineData("--organisation: there is no 'nobody'", "windows", "set", "22:00-06:00 UTC", "--organisation", "nobody")]
    [InlineData("/nowhere.json: there is no such file", "schedule", "set", "bad", "/nowhere.json", "--every", "6h")]
    [InlineData("name: there is no schedule 'bad'", "schedule", "run", "bad")]
    [InlineData("id: nothing that failed has or is in 00000000-", "retry", "00000000-0000-7000-8000-000000000000")]
    public async Task What_cannot_be_done_is_told_in_a_sentence(string sentence, params string[] command)
    {
        var answer = await SteerAsync(command);

        Assert.Equal(ExitCode.Usage, answer.Code);
        Assert.StartsWith(sentence, answer.Errors);
        Assert.DoesNotContain("TaskMesh.", answer.Errors);
        Assert.DoesNotContain(sentence, (await mesh.RunAsync("dlq", "ls")).Good().Output);
    }

    [Fact]
    public async Task What_has_been_changed_is_told_in_one_line()
    {
        var file = await mesh.WriteAsync("told.json", """{"kind":"insert-data","input":{"key":"told","value":1}}""");
        var id = await SubmitAsync("insert-data", AnyTask);
        await WhyAsync(id, "Ended");

        Assert.Equal("Any one network gets at most 900 packets a second.\n", await SaidAsync("limits", "network", "900"));
        Assert.Equal(
            "Pool 'external' runs 7 tasks at once, and its scans send as fast as they are told.\n",
            await SaidAsync("pool", "set", "external", "--slots", "7"));
        Assert.Equal(
            "Pool 'external' runs as many tasks at once as the configuration says, and its scans send as fast as they are told.\n",
            await SaidAsync("pool", "set", "external"));
        Assert.Equal("Pool 'external' is paused: nothing new of it starts.\n", await SaidAsync("pause", "pool", "external"));
        Assert.Equal("Pool 'external' goes on.\n", await SaidAsync("resume", "pool", "external"));
        Assert.Equal("The kill switch is off: scans go on.\n", await SaidAsync("kill-switch", "off"));
        Assert.Equal("Scans of 'default' may run at any time.\n", await SaidAsync("windows", "clear"));
        Assert.Equal("Schedule 'told' runs every 6h.\n", await SaidAsync("schedule", "set", "told", file, "--every", "6h"));
        Assert.Matches(
            "^Schedule 'told' has submitted [0-9a-f-]{36} for 'default'\\.\n$",
            await SaidAsync("schedule", "run", "told", "--organisation", "default"));
        Assert.Equal("Schedule 'told' is removed.\n", await SaidAsync("schedule", "rm", "told"));
        Assert.Equal($"Collection {id} had ended before: Succeeded.\n", await SaidAsync("cancel", $"{id}"));
        Assert.Equal("", await SaidAsync("limits", "network", "1000", "-o", "none"));
        var told = JsonElement.Parse(await SaidAsync("kill-switch", "off", "-o", "json"));
        Assert.Equal(("taskmesh.steered.v1", "The kill switch is off: scans go on."), (Text(told, "schema"), Text(told, "now")));

        async Task<string> SaidAsync(params string[] command) => (await SteerAsync(command)).Good().Output;
    }

    [Fact]
    public async Task An_organisation_that_cannot_be_is_refused_by_the_Manager_at_once()
    {
        var answer = await SteerAsync("scope", "set", mesh.ScopeFile, "--organisation", "Bad Name");

        Assert.Equal(ExitCode.Usage, answer.Code);
        Assert.Equal("--organisation: 'Bad Name' is not 1 to 63 of a-z, 0-9 and '-', a letter or digit first\n", answer.Errors);
    }

    private Task<CliAnswer> SteerAsync(params string[] command) => mesh.RunAsync([.. command, "--reason", "a test"]);

    private async Task<Guid> SubmitAsync(string kind, string input) =>
        (await mesh.RunAsync("submit", kind, input, "-o", "json")).Good().Json.GetProperty("id").GetGuid();

    /// <summary>Waits until that is the cause.</summary>
    private async Task<JsonElement> WhyAsync(Guid task, string cause) => (await Eventually.GetAsync(
        () => mesh.RunAsync("why", $"{task}", "-o", "json"), answer => answer.Code == 0 && Text(answer.Json, "cause") == cause)).Json;

    private static JsonElement Row(CliAnswer answer, string property, string value) =>
        answer.Good().Json.EnumerateArray().First(row => Text(row, property) == value);

    private static string Text(JsonElement document, string property) => document.GetProperty(property).GetString()!;
}
