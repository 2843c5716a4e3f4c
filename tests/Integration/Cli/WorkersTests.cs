using System.Text.Json;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Cli;

[Collection(LocalMeshTests.Name)]
public sealed class WorkersTests(LocalMeshFixture mesh)
{
    [RawSocketFact]
    public async Task A_worker_that_has_done_its_work_is_idle_and_says_what_it_can_run()
    {
        (await mesh.RunAsync("run", "tcp-syn", """{"targets":["127.0.0.1"],"ports":"1-10"}""")).Good();

        var workers = await Eventually.GetAsync(
            async () => (await mesh.RunAsync("workers", "-o", "json")).Good().Json.EnumerateArray().ToArray(),
            found => Array.Exists(found, one => one.GetProperty("state").GetString() == "idle"));

        var worker = workers.First(one => one.GetProperty("state").GetString() == "idle");
        Assert.Equal("taskmesh.worker.v1", worker.GetProperty("schema").GetString());
        Assert.Equal(("BareMetal", "bare-metal"), (worker.GetProperty("class").GetString(), worker.GetProperty("pool").GetString()));
        Assert.Equal(0, worker.GetProperty("running").GetInt32());
        var kinds = worker.GetProperty("kinds").Deserialize<string[]>()!;
        Assert.Superset(new HashSet<string> { "tcp-syn", "tls-scan", "dns-scan" }, kinds.ToHashSet());
        Assert.DoesNotContain("insert-data", kinds);
    }
}
