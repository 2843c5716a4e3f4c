using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Fleet;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Manager;

namespace TaskMesh.Benchmarks.Orchestration;

/// <summary>Managers whose workers the bench plays: what they send is kept.</summary>
internal sealed class Single : IMessageSender, IComputeFleet, IAsyncDisposable
{
    private static readonly DateTimeOffset SentAt = DateTimeOffset.UnixEpoch.AddYears(56);
    private readonly ManagerHost[] _hosts;
    private long _messages;

    public Single(string connectionString, int slots, int managers = 1)
    {
        var settings = ManagerSettings.Read(new Dictionary<string, string>
        {
            ["TASKMESH_DATABASE"] = connectionString,
            ["TASKMESH_MANAGER_QUEUE_URL"] = "manager",
            ["TASKMESH_EXTERNAL_QUEUE_URL"] = "external",
            ["TASKMESH_INTERNAL_QUEUE_URL"] = "internal",
            ["TASKMESH_BARE_METAL_QUEUE_URL"] = "bare-metal",
            ["TASKMESH_INTERNAL_SLOTS"] = $"{slots}",
        });
        var catalogue = new TaskCatalogue([TaskEntry.Of<NoOp, NoOpInput, NoOpOutput>(), TaskEntry.Of<Maker, NoOpInput, NoOpOutput>()]);
        _hosts = [.. Enumerable.Range(0, managers).Select(
            i => new ManagerHost(settings, catalogue, this, null, this, TimeProvider.System, new Random(i), NullLogger.Instance))];
    }

    public List<RunTask> Sent { get; } = [];

    public Task StartAsync() => _hosts[0].StartAsync(CancellationToken.None);

    /// <summary>One call of the handler with these messages.</summary>
    public async Task HandleAsync(IEnumerable<ManagerMessage> messages, int manager = 0)
    {
        Envelope[] batch = [.. messages.Select(message => new Envelope(
            "manager",
            $"m{Interlocked.Increment(ref _messages)}",
            SentAt,
            JsonSerializer.SerializeToUtf8Bytes(message, MessageJson.Default.ManagerMessage)))];
        if (await _hosts[manager].Handler.HandleAsync(batch, CancellationToken.None) is { Count: > 0 } failed)
            throw new InvalidOperationException($"{failed.Count} of {batch.Length} messages failed");
    }

    Task<IReadOnlyList<SendAnswer>> IMessageSender.SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation)
    {
        lock (Sent)
            Sent.AddRange(messages.Select(message => RunTaskReader.Read(message.Body)).OfType<RunTask>());
        return Task.FromResult<IReadOnlyList<SendAnswer>>([.. messages.Select(_ => SendAnswer.Taken)]);
    }

    Task<LaunchAnswer> IComputeFleet.LaunchAsync(LaunchRequest request, CancellationToken cancellation) => throw new NotSupportedException();

    Task<IReadOnlyList<FleetInstance>> IComputeFleet.ListAsync(string tag, string value, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<FleetInstance>>([]);

    Task IComputeFleet.TerminateAsync(IReadOnlyList<string> instanceIds, CancellationToken cancellation) => Task.CompletedTask;

    Task<string?> IComputeFleet.ConsoleAsync(string instanceId, CancellationToken cancellation) => Task.FromResult<string?>(null);

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
            await host.DisposeAsync();
    }
}
