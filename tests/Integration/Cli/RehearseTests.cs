using TaskMesh.Cli;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Cli;

public sealed class RehearseTests : IDisposable
{
    private const string Scenario = """
        {
          "seed": 1, "limit": "5m",
          "manager": {
            "MAX_BARE_METAL_WORKERS": "1", "BARE_METAL_WORKER_SUBNETS": "subnet-a,subnet-b", "TASKMESH_MANAGER_INSTANCE_TYPES": "t4g.small",
            "TASKMESH_MANAGER_PRICES": "template=0.0084,t4g.small=0.0168"
          },
          "ec2": { "faults": [{ "code": "InsufficientInstanceCapacity", "share": 0.5 }] },
          "queues": { "duplicates": 0.2, "lostDeletes": 0.1 },
          "work": [
            { "root": { "type": "Sequential", "children": [
              { "type": "Task", "name": "note", "kind": "insert-data", "input": { "key": "k", "value": 1 } },
              { "type": "Task", "name": "slow", "kind": "tcp-syn",
                "input": { "targets": ["127.0.0.1"], "ports": "1-1000", "rate": 100, "retries": 0 } },
              { "type": "Task", "name": "names", "kind": "certificate-transparency", "input": { "domain": "lab.example" } } ] } },
            { "kind": "tcp-syn", "input": { "targets": ["198.51.100.7"], "ports": "80" } }
          ],
          "events": [{ "task": "slow", "do": "kill" }]
        }
        """;

    /// <summary>Where rehearsals make their folders.</summary>
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Faults of EC2 by the seed, a worker that is killed, work that the scope refuses; and two runs of it.</summary>
    [RootFact]
    public async Task The_same_seed_brings_the_same_events_and_leaves_nothing_behind()
    {
        var first = await RehearseAsync();

        Assert.Equal(ExitCode.Failures, first.Code);
        Assert.Equal(
            [
                "work 1 taken",
                "work 2 refused: tcp-syn: '198.51.100.7' is outside the scope 'the rehearsal'",
                "kill befalls the worker of slow",
                "launch template/subnet-a on-demand: InsufficientInstanceCapacity",
                "launch template/subnet-b on-demand: launched",
                "launch template/subnet-b on-demand: InsufficientInstanceCapacity",
                "launch t4g.small/subnet-a on-demand: launched",
                "note (insert-data) on internal: Succeeded",
                "slow (tcp-syn) on bare-metal: Succeeded",
                "names (certificate-transparency) on external: Succeeded",
                "collection without a name: Succeeded",
            ],
            Events(first));
        Assert.Equal((2, 2), (first.Json.GetProperty("launches").GetInt32(), first.Json.GetProperty("refusals").GetInt32()));
        Assert.True(first.Json.GetProperty("cost").GetDecimal() > 0);
        Assert.Equal(Events(first), Events(await RehearseAsync()));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path, "tm-*"));
    }

    private static string[] Events(CliAnswer answer) => [.. answer.Json.GetProperty("events").EnumerateArray().Select(line => $"{line}")];

    private async Task<CliAnswer> RehearseAsync()
    {
        await File.WriteAllTextAsync(_folder.Of("scenario.json"), Scenario);
        using var process = CliProcess.Start(
            new Dictionary<string, string> { ["TMPDIR"] = _folder.Path }, ["rehearse", _folder.Of("scenario.json"), "-o", "json"]);
        return await CliProcess.EndAsync(process, limit: TimeSpan.FromMinutes(6));
    }
}
