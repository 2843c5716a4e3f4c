using System.Text.Json;
using TaskMesh.Cli.Local;
using TaskMesh.Cli.Mesh;
using TaskMesh.Cli.Output;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Postgres.Reading;

namespace TaskMesh.Cli.Demo;

/// <summary>Submits one collection whose tasks go to all three queues, follows it, and holds what was found against the lab's truth.</summary>
internal sealed class DemoRun(DemoStage stage, ProgressLine progress, TimeProvider clock)
{
    private const int PacketsPerSecond = 20_000;
    private const int Retries = 2;

    private static readonly TimeSpan WorkLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan IdleLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<string, string> _shown = [];

    public async Task<DemoReport> RunAsync(CancellationToken cancellation)
    {
        await using var mesh = new MeshClient(SettingsOf(stage.Mesh.State));
        await SetScopeAsync(mesh, cancellation);
        var collection = Collection(mesh.Ids.Next());
        await Submission.CheckAsync(collection, mesh, cancellation);
        await mesh.SendAsync(collection, cancellation);

        var tasks = await WaitForEndAsync(mesh.Reader, collection.Id, cancellation);
        var workers = await WaitUntilGoneAsync(mesh.Reader, cancellation);
        return new DemoReport(
            [.. stage.Truth.Of(new AddressSet([stage.Targets]), stage.Ports).Where(port => port.State == PortState.Open).Select(
                port => ($"{port.Address}", (int)port.Port))],
            await mesh.Reader.EndpointsAsync(collection.Organisation, cancellation),
            await mesh.Reader.DomainsAsync(collection.Organisation, cancellation),
            tasks,
            await mesh.Reader.LaunchCountAsync(cancellation),
            workers.Count(worker => worker.State == "gone"));
    }

    private static MeshSettings SettingsOf(LocalState state) => new(state.ReaderDatabase, state.ManagerQueue, state.ControlQueue, state.Endpoint);

    /// <summary>The lab and nothing else may be scanned, and faster than networks of others.</summary>
    private async Task SetScopeAsync(MeshClient mesh, CancellationToken cancellation)
    {
        await mesh.SteerAsync(new ControlAction.SetNetworkRate(PacketsPerSecond), "the lab bears it", cancellation);
        var now = clock.GetUtcNow();
        var scope = new ScanScope(
            "whoever started the demo", "the demo's own lab", now.AddHours(-1), now.AddHours(1), [$"{stage.Targets}"], [], AllowPrivate: true);
        await mesh.SendAsync(new Control(new ControlAction.SetScope(scope), "demo", "the lab is built") { Id = mesh.Ids.Next() }, cancellation);
        await UntilAsync(
            async () =>
                await mesh.Reader.ScopeAsync(CreateCollection.DefaultOrganisation, cancellation) is not null,
            WorkLimit,
            "the scope was not taken",
            cancellation);
    }

    private CreateCollection Collection(Guid id) => new(
        new SequentialNode(
        [
            new ParallelNode(
            [
                new TaskNode("names", "certificate-transparency", Input($$"""{"domain":"{{CertificateLog.Domain}}"}""")),
                new TaskNode("note", "insert-data", Input($$"""{"key":"lab","value":"{{stage.Targets}}"}""")),
            ]),
            new TaskNode("store-names", "upsert-models", Input("""{"model":"domain","rows":{"$from":"names","path":"/domains"}}""")),
            new TaskNode("scan", "tcp-syn", Input(
                $$"""{"targets":["{{stage.Targets}}"],"ports":"{{stage.Ports}}","rate":{{PacketsPerSecond}},"retries":{{Retries}}}""")),
            new TaskNode("report", "list-models", Input("""{"model":"endpoint","limit":10}""")),
        ]),
        Name: "demo",
        Deadline: TimeSpan.FromMinutes(5))
    {
        Id = id,
        TraceId = id.ToString("N"),
    };

    private async Task<IReadOnlyList<TaskView>> WaitForEndAsync(MeshReader reader, Guid collection, CancellationToken cancellation)
    {
        IReadOnlyList<TaskView> tasks = [];
        await UntilAsync(
            async () =>
            {
                // The end first: tasks that are read before it may have ended since.
                var hasEnded = await reader.CollectionAsync(collection, cancellation) is { EndedAt: not null };
                tasks = await TasksAsync(reader, collection, cancellation);
                Show(tasks, await reader.WorkersAsync(cancellation));
                return hasEnded;
            },
            WorkLimit,
            "the collection did not end",
            cancellation);
        return tasks;
    }

    private async Task<IReadOnlyList<WorkerView>> WaitUntilGoneAsync(MeshReader reader, CancellationToken cancellation)
    {
        IReadOnlyList<WorkerView> workers = [];
        await UntilAsync(
            async () =>
            {
                workers = await reader.WorkersAsync(cancellation);
                Show([], workers);
                return workers.All(worker => worker.State == "gone");
            },
            IdleLimit,
            "the worker did not go away",
            cancellation);
        return workers;
    }

    private static async Task<IReadOnlyList<TaskView>> TasksAsync(MeshReader reader, Guid collection, CancellationToken cancellation)
    {
        var tasks = new List<TaskView>();
        foreach (var container in await reader.ContainersAsync(collection, cancellation))
            tasks.AddRange(await reader.TasksAsync(container.Id, 100, cancellation));
        return tasks;
    }

    /// <summary>A line for each change: what runs where.</summary>
    private void Show(IEnumerable<TaskView> tasks, IEnumerable<WorkerView> workers)
    {
        foreach (var task in tasks.Where(task => task.State != "Pending"))
            Say(task.Name, $"{task.Pool,-10}  {task.Name,-11}  {task.Kind,-24}  {task.State}{(task.Reason is null ? "" : $": {task.Reason}")}");
        foreach (var worker in workers)
            Say(worker.Id, $"worker      {worker.Id}  {worker.State}");
    }

    private void Say(string subject, string line)
    {
        if (_shown.GetValueOrDefault(subject) == line)
            return;
        _shown[subject] = line;
        progress.Say(line);
    }

    private async Task UntilAsync(Func<Task<bool>> holds, TimeSpan limit, string otherwise, CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        while (!await holds())
        {
            if (clock.GetElapsedTime(started) > limit)
                throw new CliException(ExitCode.Failures, $"demo: {otherwise} within {limit.TotalSeconds} s. {stage.Mesh.LastErrors()}");
            await Task.Delay(Pause, clock, cancellation);
        }
    }

    private static JsonElement Input(string json) => JsonElement.Parse(json);
}
