using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using TaskMesh.Core.Execution;
using TaskMesh.Core.Fleet;
using TaskMesh.Core.Ports;
using TaskMesh.Manager;
using TaskMesh.Proof.Kinds;

namespace TaskMesh.Proof.Simulation;

/// <summary>One process of the Manager: the product's, with the queues and the cloud of the simulation.</summary>
internal sealed class SimManager : IComputeFleet
{
    /// <summary>Six times the function's timeout, as on AWS.</summary>
    private static readonly TimeSpan Visibility = TimeSpan.FromMinutes(6);

    private const int BatchSize = 10;

    /// <summary>A lost report mends itself, a lost submission does not: here death shows most, and batches are few.</summary>
    private const int CreateChances = 8;

    private readonly SimWorld _world;
    private readonly SimProcess _process;
    private readonly ManagerHost _host;
    private readonly Random _random;

    public SimManager(SimWorld world, string name)
    {
        _world = world;
        _process = new SimProcess(world, name);
        _random = new Random(world.Seed);
        var settings = ManagerSettings.Read(new Dictionary<string, string>
        {
            ["TASKMESH_DATABASE"] = world.ConnectionString(name, "tm_manager"),
            ["TASKMESH_MANAGER_QUEUE_URL"] = "manager",
            ["TASKMESH_EXTERNAL_QUEUE_URL"] = "external",
            ["TASKMESH_INTERNAL_QUEUE_URL"] = "internal",
            ["TASKMESH_BARE_METAL_QUEUE_URL"] = "bare-metal",
            ["TASKMESH_EXTERNAL_SLOTS"] = "10",
            ["TASKMESH_INTERNAL_SLOTS"] = "10",
        });
        IMessageSender sender = new SimSender(world, _process, world.Pump.InsideAsync);
        sender = world.Defect?.Sender?.Invoke(sender) ?? sender;
        _host = new ManagerHost(
            settings, Places.Catalogue, sender, null, this, new ImpatientClock(world.Clock), new Random(world.Seed), NullLogger.Instance);
    }

    private bool _isStarted;

    public bool IsBusy { get; private set; }

    public bool IsDead => _process.IsDead;

    public async Task HandleAsync(SimQueue queue)
    {
        IsBusy = true;
        try
        {
            var batch = queue.Take(BatchSize, Visibility);
            _isStarted = _isStarted || await _world.Pump.OutsideAsync(StartAsync);
            if (_world.Defect?.AcknowledgesFirst == true)
                Delete(queue, batch);
            var creates = batch.Any(message => message.Key.StartsWith("Create", StringComparison.Ordinal));
            for (var chance = creates ? CreateChances : 1; chance > 0; chance--)
                await _process.GateAsync("received");
            var hold = new MessageHold(new SimVisibility(queue, _process), _world.Clock, _random);
            var failed = await hold.RunAsync(
                [.. batch.Select(message => SimVisibility.Of(queue, message))],
                () => _world.Pump.OutsideAsync(() => _host.Handler.HandleAsync([.. batch.Select(EnvelopeOf)], _process.Killed)));
            await _process.GateAsync("handled");
            Delete(queue, batch.Where(message => !failed.Contains(message.Id)));
        }
        catch (Exception e)
        {
            // It died, or could not start; its messages come again.
            _world.Note($"{_process.Name}: {e.Message}");
        }
        finally
        {
            IsBusy = false;
        }
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    Task<LaunchAnswer> IComputeFleet.LaunchAsync(LaunchRequest request, CancellationToken cancellation) =>
        Task.FromResult<LaunchAnswer>(new LaunchAnswer.Launched(
            new FleetInstance($"i-{request.Token}", "pending", "simulated", null, _world.Clock.GetUtcNow(), request.Tags)));

    Task<IReadOnlyList<FleetInstance>> IComputeFleet.ListAsync(string tag, string value, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<FleetInstance>>([]);

    Task IComputeFleet.TerminateAsync(IReadOnlyList<string> instanceIds, CancellationToken cancellation) => Task.CompletedTask;

    Task<string?> IComputeFleet.ConsoleAsync(string instanceId, CancellationToken cancellation) => Task.FromResult<string?>(null);

    private async Task<bool> StartAsync()
    {
        await _host.StartAsync(_process.Killed);
        return true;
    }

    private static void Delete(SimQueue queue, IEnumerable<SimMessage> messages)
    {
        foreach (var message in messages.ToArray())
            queue.Delete(message.Id, message.Receives);
    }

    private Envelope EnvelopeOf(SimMessage message)
    {
        var body = _world.Defect?.ForgetsIds == true ? Renamed(message) : message.Body;
        return new(message.Key.Split('/')[0], message.Id, message.SentAt, Encoding.UTF8.GetBytes(body));
    }

    private static string Renamed(SimMessage message)
    {
        var body = JsonNode.Parse(message.Body)!;
        if (message.Receives > 1 && (string?)body["type"] is "CreateTask" or "CreateCollection")
            body["id"] = Guid.NewGuid().ToString();
        return body.ToJsonString();
    }
}
