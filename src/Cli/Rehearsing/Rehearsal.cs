using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using TaskMesh.Cli.Demo;
using TaskMesh.Cli.Local;
using TaskMesh.Cli.Mesh;
using TaskMesh.Cli.Output;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scope;
using TaskMesh.LocalCloud.Configuration;
using TaskMesh.LocalCloud.Ec2;
using TaskMesh.LocalCloud.Faults;
using TaskMesh.Postgres.Reading;

namespace TaskMesh.Cli.Rehearsing;

/// <summary>
/// Plays a scenario on the production hosts. Nothing that it does leaves this machine: the scope allows loopback alone, and the only public service
/// that it knows is a server of its own.
/// </summary>
internal sealed class Rehearsal(Scenario scenario, LocalMesh local, MeshClient mesh, HttpClient cloud, ProgressLine progress, TimeProvider clock)
{
    private const int MostTasksRead = 100_000;

    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly List<string> _events = [];
    private readonly List<Guid> _collections = [];
    private readonly Queue<Happening> _happenings = new(scenario.Events);

    public static async Task<RehearsalReport> RunAsync(
        Scenario scenario, ProgressLine progress, TimeProvider clock, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("tm-rehearse-").FullName;
        try
        {
            // Hosts run as users of their own, and PostgreSQL does: they must be able to enter.
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
            await using var certificates = await CertificateLog.StartAsync(cancellation);
            await using var local = await LocalMesh.StartAsync(OptionsOf(scenario, folder, certificates.Address), progress.Say, cancellation);
            await using var mesh = new MeshClient(
                new MeshSettings(local.State.ReaderDatabase, local.State.ManagerQueue, local.State.ControlQueue, local.State.Endpoint));
            using var cloud = new HttpClient { BaseAddress = local.State.Endpoint };
            return await new Rehearsal(scenario, local, mesh, cloud, progress, clock).RunAsync(cancellation);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>One Manager, so that launches come in the order of their plan, and workers that stay: who leaves is the scenario's to say.</summary>
    private static LocalMeshOptions OptionsOf(Scenario scenario, string folder, Uri certificates) => new(folder)
    {
        Durable = false,
        Managers = 1,
        TickInterval = Tick,
        WorkerIdleTimeout = scenario.Patience + TimeSpan.FromMinutes(1),
        Providers = new Dictionary<string, Uri> { ["crt.sh"] = certificates },
        ManagerEnvironment = scenario.Manager,
        Ec2 = scenario.Ec2,
        Faults = new FaultConfiguration { Seed = scenario.Seed, Queues = scenario.Queues },
    };

    private async Task<RehearsalReport> RunAsync(CancellationToken cancellation)
    {
        var started = clock.GetTimestamp();
        foreach (var (work, place) in scenario.Work.Select((work, place) => (work.GetRawText(), place + 1)))
            await SubmitAsync(work, place, started, cancellation);
        var hasEnded = false;
        while (!hasEnded && clock.GetElapsedTime(started) < scenario.Patience)
        {
            await Task.Delay(Pause, clock, cancellation);
            await BefallAsync(cancellation);
            hasEnded = await HaveEndedAsync(cancellation);
        }
        progress.End();
        return await ReportAsync(!hasEnded, clock.GetElapsedTime(started), cancellation);
    }

    private async Task SubmitAsync(string work, int place, long started, CancellationToken cancellation)
    {
        try
        {
            var message = Submission.Read(new($"work {place}", work), mesh.Ids.Next());
            await AllowLoopbackAsync(message is CreateTask task ? task.Organisation : ((CreateCollection)message).Organisation, cancellation);
            await Submission.CheckAsync(message, mesh, cancellation);
            await mesh.SendAsync(message, cancellation);
            while (await mesh.Reader.CollectionAsync(message.Id, cancellation) is null)
            {
                if (await mesh.Reader.QuarantineReasonAsync(message.Id, cancellation) is { } reason)
                    throw new CliException(ExitCode.Refused, reason);
                if (clock.GetElapsedTime(started) >= scenario.Patience)
                {
                    _events.Add($"work {place} not taken within {scenario.Limit}");
                    return;
                }
                await Task.Delay(Pause, clock, cancellation);
            }
            _collections.Add(message.Id);
            _events.Add($"work {place} taken");
        }
        catch (CliException e) when (e.ExitCode is ExitCode.Usage or ExitCode.Refused)
        {
            _events.Add($"work {place} refused: {e.Message.ReplaceLineEndings("; ")}");
        }
    }

    private async Task AllowLoopbackAsync(string organisation, CancellationToken cancellation)
    {
        if (await mesh.Reader.ScopeAsync(organisation, cancellation) is not null)
            return;
        var now = clock.GetUtcNow();
        var scope = new ScanScope(
            "whoever started the rehearsal", "the rehearsal", now.AddHours(-1), now.AddHours(2), ["127.0.0.0/8"], AllowPrivate: true);
        await mesh.SteerAsync(new ControlAction.SetScope(scope, organisation), "rehearsal", cancellation);
    }

    /// <summary>The next event, if its task runs.</summary>
    private async Task BefallAsync(CancellationToken cancellation)
    {
        if (!_happenings.TryPeek(out var next)
            || (await TasksAsync(cancellation)).Find(task => task.Name == next.Task && task.State == "Running") is not { Worker: { } worker })
            return;
        using var answer = await cloud.PostAsync(new Uri($"_local/instances/{worker}/{NameOf(next)}", UriKind.Relative), null, cancellation);
        if (!answer.IsSuccessStatusCode)
            throw new CliException(ExitCode.Failures, $"events: '{next.Task}' does not run on an instance, so nothing can befall it");
        _happenings.Dequeue();
        _events.Add($"{NameOf(next)} befalls the worker of {next.Task}");
        progress.Say(_events[^1]);
    }

    private static string NameOf(Happening happening) => JsonNamingPolicy.KebabCaseLower.ConvertName($"{happening.Do}");

    private async Task<bool> HaveEndedAsync(CancellationToken cancellation)
    {
        var ended = 0;
        foreach (var id in _collections)
            ended += (await mesh.Reader.CollectionAsync(id, cancellation))!.EndedAt is null ? 0 : 1;
        progress.Show($"{ended.ToString(CultureInfo.InvariantCulture)} of {_collections.Count} ended");
        return ended == _collections.Count;
    }

    private async Task<RehearsalReport> ReportAsync(bool reachedLimit, TimeSpan time, CancellationToken cancellation)
    {
        if (reachedLimit && local.LastErrors() is { Length: > 0 } errors)
            progress.Say(errors);
        var calls = (await cloud.GetFromJsonAsync<LaunchCall[]>("_local/ec2/launches", ConfigurationReader.Json, cancellation))!;
        var tasks = await TasksAsync(cancellation);
        var ends = new List<string>();
        var allSucceeded = _collections.Count == scenario.Work.Count;
        foreach (var id in _collections)
        {
            var collection = (await mesh.Reader.CollectionAsync(id, cancellation))!;
            allSucceeded &= collection.State == "Succeeded";
            ends.AddRange(EndsOf([.. tasks.Where(task => task.CollectionId == id)]));
            ends.Add($"collection {collection.Name ?? "without a name"}: {collection.State}");
        }
        return new RehearsalReport(
            Schema.Rehearsal,
            scenario.Seed,
            [
                .. _events,
                .. _happenings.Select(missed => $"{NameOf(missed)} befalls nobody: {missed.Task} was not seen to run"),
                .. calls.Select(call => $"launch {call.InstanceType ?? "template"}/{call.Subnet ?? "template"} {call.Market}: "
                    + $"{call.Answer}{(call.ReplyLost ? ", and the answer is lost" : "")}"),
                .. ends,
            ],
            [.. tasks.Select(TimesOf)],
            calls.Count(call => call.Answer == "launched"),
            calls.Count(call => call.Answer != "launched"),
            (await mesh.Fleet.ReadAsync(cancellation)).CostOfDay,
            Math.Round(time.TotalSeconds, 3),
            reachedLimit,
            allSucceeded);
    }

    /// <summary>What generators made is counted, by kind and end.</summary>
    private static IEnumerable<string> EndsOf(IReadOnlyList<TaskView> tasks) =>
    [
        .. tasks.Where(task => task.ParentId is null).Select(task => $"{task.Name} ({task.Kind}) on {task.Pool ?? "no queue"}: {task.State}"),
        .. from task in tasks
           where task.ParentId is not null
           group task by (task.Kind, task.Pool, task.State) into made
           orderby made.Key.Kind, made.Key.State
           select $"{made.Count()} generated {made.Key.Kind} on {made.Key.Pool ?? "no queue"}: {made.Key.State}",
    ];

    private static TaskTimes TimesOf(TaskView task) => new(
        task.Name,
        task.Kind,
        task.Pool,
        task.State,
        task.Attempt,
        task.StartedAt is { } start ? Seconds(start - task.CreatedAt) : null,
        task is { StartedAt: { } from, EndedAt: { } end } ? Seconds(end - from) : null);

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 3);

    private async Task<List<TaskView>> TasksAsync(CancellationToken cancellation)
    {
        var tasks = new List<TaskView>();
        foreach (var id in _collections)
        {
            foreach (var container in await mesh.Reader.ContainersAsync(id, cancellation))
                tasks.AddRange(await mesh.Reader.TasksAsync(container.Id, MostTasksRead, cancellation));
        }
        return tasks;
    }
}
