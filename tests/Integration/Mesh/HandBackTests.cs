using System.Text.Json;
using Amazon.EC2.Model;
using TaskMesh.Integration.Cli;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Mesh;

/// <summary>What becomes of a scan whose worker is taken away: by SIGTERM, as a machine gets that is terminated, or by EC2's notice.</summary>
[Collection(LocalMeshTests.Name)]
public sealed class HandBackTests(LocalMeshFixture mesh)
{
    /// <summary>Twelve seconds, in which the worker can be taken away.</summary>
    private const string SlowScan = """{"targets":["127.0.0.1"],"ports":"1-120","rate":10,"retries":0,"closed":true}""";

    [RawSocketFact]
    public Task A_scan_whose_worker_is_terminated_ends_on_another_and_counts_no_failure() => EndsOnAnotherAsync(async worker =>
    {
        using var ec2 = AwsTestClients.Ec2At(mesh.State.Endpoint);
        await ec2.TerminateInstancesAsync(new TerminateInstancesRequest([worker]));
    });

    [RawSocketFact]
    public Task A_scan_whose_worker_is_wanted_back_ends_on_another_and_counts_no_failure() => EndsOnAnotherAsync(async worker =>
    {
        using var http = new HttpClient { BaseAddress = mesh.State.Endpoint };
        using var told = await http.PostAsync(new Uri($"/_local/instances/{worker}/spot-notice", UriKind.Relative), null);
        told.EnsureSuccessStatusCode();
    });

    private async Task EndsOnAnotherAsync(Func<string, Task> takeAwayAsync)
    {
        var submitted = (await mesh.RunAsync("submit", "tcp-syn", SlowScan, "-o", "json")).Good().Json;
        var scan = submitted.GetProperty("id").GetGuid();
        var first = await mesh.WorkerOfAsync(scan, "Running");

        await takeAwayAsync(first!);

        var second = await mesh.WorkerOfAsync(scan, "Succeeded");
        Assert.NotEqual(first, second);
        var task = (await mesh.RunAsync("show", $"{scan}", "-o", "json")).Good().Json.GetProperty("tasks")[0];
        Assert.Equal((2, 0), (task.GetProperty("attempt").GetInt32(), task.GetProperty("failures").GetInt32()));
        Assert.Equal(
            ["Dispatched 1", "Running 1", "Pending 1 yielded", "Dispatched 2", "Running 2", "Succeeded 2"],
            // A task waits first where another test's task still has the slot.
            task.GetProperty("history").EnumerateArray().Select(
                step => $"{step.GetProperty("state")} {step.GetProperty("attempt")} {Reason(step)}".Trim()).Where(step => step != "Pending 0"));
        Assert.Equal(120, task.GetProperty("output").GetProperty("planned").GetInt32());
    }

    private static string? Reason(JsonElement step) => step.TryGetProperty("reason", out var reason) ? reason.GetString() : null;
}
