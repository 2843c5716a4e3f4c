using System.Text.Json;
using Npgsql;
using TaskMesh.Cli;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Cli;

/// <summary>One thing is broken at a time, and the doctor names it.</summary>
[Collection(LocalMeshTests.Name)]
public sealed class DoctorTests(LocalMeshFixture mesh)
{
    [RawSocketFact]
    public async Task Of_a_mesh_that_works_nothing_fails()
    {
        await mesh.RunAsync("run", "insert-data", """{"key":"doctor","value":1}""");

        var answer = (await mesh.RunAsync("doctor", "-o", "json")).Good();

        var findings = answer.Json.EnumerateArray().ToArray();
        Assert.DoesNotContain(findings, found => Text(found, "verdict") == "FAIL");
        Assert.All(findings, found => Assert.Equal("taskmesh.diagnosis.v1", Text(found, "schema")));
        Assert.Superset(
            new HashSet<string?> { "raw-sockets", "libpcap", "database", "clock", "manager", "fleet", "queue taskmesh-local-bare-metal" },
            findings.Select(found => Text(found, "check")).ToHashSet());
    }

    [Fact]
    public async Task A_database_that_is_down_fails() =>
        await FailsAsync("database", "cannot be reached", Elsewhere("Host=127.0.0.1;Port=1;Timeout=2", mesh.State.ManagerQueue));

    [Fact]
    public async Task A_database_without_the_schema_fails() => await FailsAsync(
        "database",
        "no schema",
        Elsewhere(new NpgsqlConnectionStringBuilder(mesh.State.ReaderDatabase) { Database = "postgres" }.ConnectionString, mesh.State.ManagerQueue));

    [Theory]
    [InlineData("nonsense")]
    [InlineData("Host=127.0.0.1;Sort=5432")]
    public async Task A_connection_string_that_is_none_fails(string database) =>
        await FailsAsync("database", "TASKMESH_CLI_DATABASE", Elsewhere(database, mesh.State.ManagerQueue));

    [Fact]
    public async Task Without_a_region_a_command_that_sends_says_so()
    {
        var environment = Elsewhere(mesh.State.ReaderDatabase, mesh.State.ManagerQueue);
        foreach (var name in new[] { "AWS_ENDPOINT_URL", "AWS_REGION", "AWS_DEFAULT_REGION" })
            environment[name] = "";
        environment["AWS_CONFIG_FILE"] = "/nowhere";
        environment["AWS_EC2_METADATA_DISABLED"] = "true";
        using var process = CliProcess.Start(environment, ["submit", "insert-data", """{"key":"a","value":1}"""]);

        var answer = await CliProcess.EndAsync(process);

        Assert.Equal(ExitCode.Configuration, answer.Code);
        Assert.Contains("AWS_REGION, ", answer.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", answer.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_queue_that_is_missing_fails() => await FailsAsync(
        "queue gone",
        "There is no such queue",
        new Dictionary<string, string>(Elsewhere(mesh.State.ReaderDatabase, mesh.State.ManagerQueue))
        {
            ["TASKMESH_CONTROL_QUEUE_URL"] = mesh.State.ControlQueue.Replace("taskmesh-local-control", "gone", StringComparison.Ordinal),
        });

    [Fact]
    public async Task An_AWS_that_does_not_answer_fails() => await FailsAsync(
        "queue taskmesh-local-manager",
        "cannot be reached",
        new Dictionary<string, string>(Elsewhere(mesh.State.ReaderDatabase, "http://127.0.0.1:1/000000000000/taskmesh-local-manager"))
        {
            ["AWS_ENDPOINT_URL"] = "http://127.0.0.1:1",
        });

    [Fact]
    public async Task A_region_that_is_not_the_queues_fails() => await FailsAsync(
        "queues",
        "The queues are in eu-west-1 and AWS is asked in eu-local-1.",
        Elsewhere(mesh.State.ReaderDatabase, "https://sqs.eu-west-1.amazonaws.com/000000000000/taskmesh-dev-manager"));

    [Fact]
    public async Task No_mesh_at_all_fails() => await FailsAsync(
        "settings", "No mesh runs here", new Dictionary<string, string> { ["TASKMESH_LOCAL_FOLDER"] = "/nowhere" });

    [RootFact]
    public async Task A_process_without_the_capability_for_raw_sockets_fails() => await FailsAsync(
        "raw-sockets", "CAP_NET_RAW", mesh.Environment, "setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw");

    /// <summary>In a mount namespace of its own, where the library is an empty file.</summary>
    [LabFact]
    public async Task A_machine_without_libpcap_fails() => await FailsAsync(
        "libpcap",
        "Neither libpcap.so.0.8 nor libpcap.so",
        mesh.Environment,
        "unshare", "--mount", "sh", "-c", "for library in /usr/lib/*/libpcap.so*; do mount --bind /dev/null $library; done; exec \"$@\"", "sh");

    private static async Task FailsAsync(string check, string evidence, IReadOnlyDictionary<string, string> environment, params string[] wrapper)
    {
        using var process = CliProcess.Start(environment, ["doctor", "-o", "json"], wrapper);

        var answer = await CliProcess.EndAsync(process);

        Assert.True(answer.Code == ExitCode.Unwell, $"exit code {answer.Code}: {answer.Errors}{answer.Output}");
        var found = Assert.Single(answer.Json.EnumerateArray(), found => Text(found, "verdict") == "FAIL");
        Assert.Equal(check, Text(found, "check"));
        Assert.Contains(evidence, Text(found, "evidence"), StringComparison.Ordinal);
        Assert.NotEmpty(Text(found, "fix")!);
    }

    /// <summary>As of a mesh that is not this machine's: by the variables alone.</summary>
    private Dictionary<string, string> Elsewhere(string database, string managerQueue) => new()
    {
        ["TASKMESH_CLI_DATABASE"] = database,
        ["TASKMESH_MANAGER_QUEUE_URL"] = managerQueue,
        ["TASKMESH_CONTROL_QUEUE_URL"] = mesh.State.ControlQueue,
        ["AWS_ENDPOINT_URL"] = mesh.State.Endpoint.GetLeftPart(UriPartial.Authority),
        ["AWS_REGION"] = "eu-local-1",
        ["AWS_ACCESS_KEY_ID"] = "local",
        ["AWS_SECRET_ACCESS_KEY"] = "local",
    };

    private static string? Text(JsonElement found, string field) => found.TryGetProperty(field, out var value) ? value.GetString() : null;
}
