using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Fleet;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Metrics;
using TaskMesh.Core.Ports;
using TaskMesh.Manager;
using TaskMesh.Postgres.Reading;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Manager;

/// <summary>A Manager on a real database, with queues in memory and no cloud: what it sends is kept, and a fault can be put before it.</summary>
internal sealed class ManagerRig : IMessageSender, IComputeFleet, IAsyncDisposable
{
    private static readonly DateTimeOffset SentAt = DateTimeOffset.UnixEpoch.AddYears(56);
    private readonly ManagerHost _host;
    private int _messages;

    public ManagerRig(
        ProductDatabase database,
        TaskCatalogue? catalogue = null,
        int slots = 100,
        IObjectStore? objects = null,
        string rateLimits = "",
        string pools = "",
        string costCap = "",
        string prices = "")
    {
        Database = database;
        var settings = ManagerSettings.Read(new Dictionary<string, string>
        {
            ["TASKMESH_DATABASE"] = database.ConnectionString("tm_manager"),
            ["TASKMESH_MANAGER_QUEUE_URL"] = "manager",
            ["TASKMESH_EXTERNAL_QUEUE_URL"] = "external",
            ["TASKMESH_INTERNAL_QUEUE_URL"] = "internal",
            ["TASKMESH_BARE_METAL_QUEUE_URL"] = "bare-metal",
            ["TASKMESH_EXTERNAL_SLOTS"] = $"{slots}",
            ["TASKMESH_INTERNAL_SLOTS"] = $"{slots}",
            ["MAX_BARE_METAL_WORKERS"] = "2",
            ["TASKMESH_MANAGER_RATE_LIMITS"] = rateLimits,
            ["TASKMESH_MANAGER_POOLS"] = pools,
            ["TASKMESH_MANAGER_COST_CAP"] = costCap,
            ["TASKMESH_MANAGER_PRICES"] = prices,
            ["TASKMESH_OBJECTS_BUCKET"] = "data",
        });
        _host = new ManagerHost(
            settings, catalogue ?? TestKinds.Catalogue, this, objects, this, TimeProvider.System, new Random(1), NullLogger.Instance,
            meter: new Meter("test", TimeProvider.System, Metrics.Add));
    }

    public ProductDatabase Database { get; }

    public List<OutgoingMessage> Sent { get; } = [];

    /// <summary>The lines that told metrics.</summary>
    public List<string> Metrics { get; } = [];

    public List<LaunchRequest> Launches { get; } = [];

    /// <summary>What the queue says to the next messages; null accepts.</summary>
    public Func<OutgoingMessage, SendAnswer?> Fault { get; set; } = _ => null;

    public IReadOnlyList<RunTask> Runs => [.. Sent.Select(message => RunTaskReader.Read(message.Body)).OfType<RunTask>()];

    public Task StartAsync() => _host.StartAsync(CancellationToken.None);

    public Task<IReadOnlyList<string>> SendAsync(params ManagerMessage[] messages) =>
        HandleAsync([.. messages.Select(message => JsonSerializer.Serialize(message, MessageJson.Default.ManagerMessage))]);

    public Task<IReadOnlyList<string>> HandleAsync(params string[] bodies) => _host.HandleAsync(
        [.. bodies.Select(body => new Envelope("manager", $"m{Interlocked.Increment(ref _messages)}", SentAt, Encoding.UTF8.GetBytes(body)))],
        CancellationToken.None);

    /// <returns>What the audit says became of it: why it was refused, or an empty text.</returns>
    public async Task<string?> SteerAsync(ControlAction action)
    {
        var control = new Control(action, "tester", "because") { Id = Guid.CreateVersion7() };
        await SendAsync(control);
        return await new AuditReader(Database.As("tm_reader")).AnswerAsync(control.Id, CancellationToken.None);
    }

    /// <summary>Plays the workers until nothing more is dispatched: every attempt ends as <paramref name="outcome"/> says.</summary>
    public async Task RunAllAsync(Func<RunTask, TaskOutcome> outcome)
    {
        while (Sent.Count > 0)
        {
            var runs = Runs;
            var reports = Sent.Where(message => message.Queue == "manager" && message.Delay == TimeSpan.Zero).Select(
                message => message.Body).ToArray();
            Sent.Clear();
            await SendAsync([.. runs.Select(run => Report(run, outcome(run)))]);
            if (reports.Length > 0)
                await HandleAsync(reports);
        }
    }

    public static CompleteTask Report(RunTask run, TaskOutcome outcome) => new(run.Id, run.Attempt, run.Nonce, outcome);

    public Task<IReadOnlyList<string>> StatesAsync() => Database.RowsAsync("select name, state from task_manager.task order by name, id");

    Task<IReadOnlyList<SendAnswer>> IMessageSender.SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation)
    {
        var answers = new List<SendAnswer>();
        lock (Sent)
        {
            foreach (var message in messages)
            {
                var fault = Fault(message);
                answers.Add(fault ?? SendAnswer.Taken);
                if (fault is null)
                    Sent.Add(message);
            }
        }
        return Task.FromResult<IReadOnlyList<SendAnswer>>(answers);
    }

    Task<LaunchAnswer> IComputeFleet.LaunchAsync(LaunchRequest request, CancellationToken cancellation)
    {
        Launches.Add(request);
        return Task.FromResult<LaunchAnswer>(new LaunchAnswer.Launched(
            new FleetInstance($"i-{Launches.Count}", "pending", request.InstanceType ?? "template", null, SentAt, request.Tags)));
    }

    Task<IReadOnlyList<FleetInstance>> IComputeFleet.ListAsync(string tag, string value, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<FleetInstance>>([]);

    Task IComputeFleet.TerminateAsync(IReadOnlyList<string> instanceIds, CancellationToken cancellation) => Task.CompletedTask;

    Task<string?> IComputeFleet.ConsoleAsync(string instanceId, CancellationToken cancellation) => Task.FromResult<string?>(null);

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await Database.DisposeAsync();
    }
}
