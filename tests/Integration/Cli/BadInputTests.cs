using Amazon.SQS.Model;
using TaskMesh.Cli;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Cli;

[Collection(LocalMeshTests.Name)]
public sealed class BadInputTests(LocalMeshFixture mesh)
{
    private const string Rows =
        "select (select count(*) from task_manager.collection) * 1000000 + (select count(*) from task_manager.quarantine)";

    /// <summary>More than an input may hold (200 KiB), less than a message.</summary>
    private static readonly string LargeText = new('x', 300_000);

    public static TheoryData<int, string, string[], string> Refusals => new()
    {
        { ExitCode.Usage, "kind: there is no task kind 'tcp-sin'", ["tcp-sin", "{}"], "" },
        { ExitCode.Usage, "colour: 'insert-data' has no such field", ["insert-data", """{"key":"a","value":1,"colour":2}"""], "" },
        { ExitCode.Usage, "ports: ", ["tcp-syn", """{"targets":["127.0.0.1"],"ports":"80-22"}"""], "" },
        { ExitCode.Usage, "input, line 1, column 2: a field's name", ["insert-data", "{key:1}"], "" },
        { ExitCode.Usage, "standard input, line 1, column 1: a value belongs here", ["--file", "-"], "<collection/>" },
        { ExitCode.Usage, "than 204800", ["insert-data", "-"], $$"""{"key":"large","value":"{{LargeText}}"}""" },
        { ExitCode.Usage, "body: ", ["--file", "-"], CollectionOver1MiB() },
        { ExitCode.Usage, "organisation: there is no 'nobody'", ["insert-data", """{"key":"a","value":1}""", "--organisation", "nobody"], "" },
        { ExitCode.Usage, "Give either a kind or --file", [], "" },
        {
            ExitCode.Refused, $"'198.51.100.7' is outside the scope '{LocalMeshFixture.ScopeReference}'",
            ["tcp-syn", """{"targets":["127.0.0.1","198.51.100.7"],"ports":"1"}"""], ""
        },
    };

    [Theory]
    [MemberData(nameof(Refusals), DisableDiscoveryEnumeration = true)]
    public async Task What_is_wrong_is_refused_at_submit_and_nothing_is_sent(int code, string sentence, string[] arguments, string input)
    {
        var before = await mesh.QueryAsync<long>(Rows);

        var answer = await mesh.RunWithInputAsync(input, ["submit", .. arguments]);

        Assert.Equal((code, ""), (answer.Code, answer.Output));
        Assert.Contains(sentence, answer.Errors);
        Assert.DoesNotContain("   at ", answer.Errors);
        await NothingCameAsync(before);
    }

    [Fact]
    public async Task A_scope_that_has_expired_allows_nothing()
    {
        var before = await mesh.QueryAsync<long>(Rows);
        var expired = await mesh.WriteScopeAsync("expired.json", TimeSpan.FromHours(-1));

        var answer = await mesh.RunAsync("submit", "tcp-syn", """{"targets":["127.0.0.1"],"ports":"1"}""", "--scope", expired);

        Assert.Equal(ExitCode.Refused, answer.Code);
        Assert.Contains($"the scope '{LocalMeshFixture.ScopeReference}' expired at ", answer.Errors);
        await NothingCameAsync(before);
    }

    [Fact]
    public void Without_a_scope_nothing_may_be_scanned() => Assert.Equal(
        new CliAnswer(
            ExitCode.Refused, "", "tcp-syn: no scope is set, so nothing may be scanned; `taskmesh scope set` sets one\n"), mesh.WithoutScope);

    [Fact]
    public async Task A_scope_that_cannot_be_used_is_refused_and_the_old_one_stays()
    {
        const string backwards =
            """{"authoriser":"a","reference":"b","validFrom":"2026-01-02T00:00:00Z","validUntil":"2026-01-01T00:00:00Z","allow":[]}""";
        var file = await mesh.WriteAsync("backwards.json", backwards);

        var answer = await mesh.RunAsync("scope", "set", file, "--reason", "a mistake");

        Assert.Equal(ExitCode.Usage, answer.Code);
        Assert.Contains("backwards.json: validUntil: ", answer.Errors);
        Assert.Equal(LocalMeshFixture.ScopeReference, (await mesh.RunAsync("scope", "show", "-o", "json")).Json.GetProperty("reference").GetString());
    }

    /// <summary>The queue keeps the order: what was sent before this message has left its row when this one has.</summary>
    private async Task NothingCameAsync(long before)
    {
        await mesh.Sqs.SendMessageAsync(new SendMessageRequest(
            mesh.State.ManagerQueue, """{"type":"CreateTask","kind":"insert-data","input":{"key":"after","value":0}}"""));

        var after = await Eventually.GetAsync(() => mesh.QueryAsync<long>(Rows), rows => rows > before);

        Assert.Equal(before + 1_000_000, after);
    }

    /// <summary>Each input is as large as it may be; together they are more than one message takes.</summary>
    private static string CollectionOver1MiB()
    {
        var tasks = Enumerable.Range(0, 8).Select(
            i => $$"""{"type":"Task","name":"t{{i}}","kind":"insert-data","input":{ "key":"k{{i}}","value":"{{LargeText[..150_000]}}" } }""");
        return $$"""{"root":{"type":"Parallel","children":[{{string.Join(',', tasks)}}] } }""";
    }
}
