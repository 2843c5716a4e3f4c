using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using TaskMesh.Core;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Execution;
using TaskMesh.Core.Fleet;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Workflow;
using TaskMesh.Manager;
using TaskMesh.Postgres;
using TaskMesh.Postgres.Workers;

namespace TaskMesh.Benchmarks.Orchestration;

/// <summary>
/// Managers and Internal workers as Lambda would run them side by side, in this process and with their queues in memory: everything of a task's life
/// but the hop through a queue.
/// </summary>
internal sealed class Mesh : IMessageSender, IManagerQueue, IComputeFleet, IAsyncDisposable
{
    private static readonly DateTimeOffset SentAt = DateTimeOffset.UnixEpoch.AddYears(56);

    private readonly JsonElement _nothing = JsonElement.Parse("{}");
    private readonly Channel<(Envelope Envelope, bool IsReport)> _managerQueue = Channel.CreateUnbounded<(Envelope, bool)>();
    private readonly Channel<QueueMessage> _workerQueue = Channel.CreateUnbounded<QueueMessage>();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<ManagerHost> _hosts = [];
    private readonly List<Task> _loops = [];
    private readonly SemaphoreSlim _room;
    private readonly MeshShape _shape;
    private readonly NpgsqlDataSource _workers;
    private long _messages;
    private int _completed;
    private TaskCompletionSource _allDone = new();
    private TaskCompletionSource<RunTask>? _generator;
    private int _expected;

    public Mesh(Func<string, string> connectionString, MeshShape shape)
    {
        _shape = shape;
        _room = new SemaphoreSlim(shape.Waiting, shape.Waiting);
        _workers = Database.Open(connectionString("tm_internal"), "bench-worker", shape.Workers + 1);
        var settings = ManagerSettings.Read(new Dictionary<string, string>
        {
            ["TASKMESH_DATABASE"] = connectionString("tm_manager"),
            ["TASKMESH_MANAGER_QUEUE_URL"] = "manager",
            ["TASKMESH_EXTERNAL_QUEUE_URL"] = "external",
            ["TASKMESH_INTERNAL_QUEUE_URL"] = "internal",
            ["TASKMESH_BARE_METAL_QUEUE_URL"] = "bare-metal",
            ["TASKMESH_INTERNAL_SLOTS"] = $"{shape.Slots}",
        });
        var catalogue = new TaskCatalogue([TaskEntry.Of<NoOp, NoOpInput, NoOpOutput>(), TaskEntry.Of<Maker, NoOpInput, NoOpOutput>()]);
        for (var i = 0; i < shape.Managers; i++)
            _hosts.Add(new ManagerHost(settings, catalogue, this, null, this, TimeProvider.System, new Random(i), NullLogger.Instance));
        var executor = new TaskExecutor(catalogue, run => new WorkerCapabilities(new TaskData(_workers, run)), TimeProvider.System);
        Runners = [.. Enumerable.Range(0, shape.Workers).Select(
            i => new BatchRunner(executor, new TaskLeases(_workers, $"worker-{i}"), this, TimeProvider.System))];
    }

    private BatchRunner[] Runners { get; }

    public long ManagerBatches { get; private set; }

    public long ManagerMessages { get; private set; }

    public async Task StartAsync()
    {
        await _hosts[0].StartAsync(_stop.Token);
        _loops.AddRange(_hosts.Select(host => Task.Run(() => ManageAsync(host))));
        _loops.AddRange(Runners.Select(runner => Task.Run(() => WorkAsync(runner))));
    }

    /// <summary>Creates so many tasks and waits until each has ended and is recorded.</summary>
    public async Task<TimeSpan> CarryAsync(int tasks)
    {
        _expected = tasks;
        _completed = 0;
        _allDone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var start = TimeProvider.System.GetTimestamp();
        await (_shape.OfOneGenerator ? GenerateAsync(tasks) : SubmitAsync(tasks));
        await _allDone.Task.WaitAsync(TimeSpan.FromMinutes(5));
        return TimeProvider.System.GetElapsedTime(start);
    }

    private async Task SubmitAsync(int tasks)
    {
        for (var i = 0; i < tasks; i++)
        {
            await _room.WaitAsync();
            Submit(new NoOpInput(i));
        }
    }

    /// <summary>What a generator sends while it runs, and its own end.</summary>
    private async Task GenerateAsync(int tasks)
    {
        _generator = new TaskCompletionSource<RunTask>(TaskCreationOptions.RunContinuationsAsynchronously);
        Enqueue(
            new CreateCollection(new ParallelNode([new TaskNode("maker", Maker.Kind, new NoOpInput(0).AsJson())])) { Id = Guid.CreateVersion7() },
            isReport: false);
        var run = await _generator.Task;
        _generator = null;
        var declared = new ChildCount(0, 0);
        foreach (var ordinals in Enumerable.Range(0, tasks).Chunk(_shape.Batch))
        {
            foreach (var ordinal in ordinals)
            {
                await _room.WaitAsync();
                declared = ChildCount.Add(declared, ChildCount.Of(DerivedId.OfChild(run.Collection, run.Id, NoOp.Kind, ordinal)));
            }
            var inputs = ordinals.Select(number => new NoOpInput(number).AsJson()).ToArray();
            Enqueue(
                new CreateTask(NoOp.Kind, _nothing, Generated: new Generated(run.Collection, run.Id, ordinals[0], Inputs: inputs))
                {
                    Id = Guid.CreateVersion7(),
                },
                isReport: false);
        }
        Enqueue(new CompleteTask(run.Id, run.Attempt, run.Nonce, new TaskOutcome.Succeeded(Children: declared)), isReport: false);
    }

    public void Submit(NoOpInput input, int priority = 0) =>
        Enqueue(new CreateTask(NoOp.Kind, input.AsJson(), Priority: priority) { Id = Guid.CreateVersion7() }, isReport: false);

    async Task<IReadOnlyList<SendAnswer>> IMessageSender.SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellation)
    {
        if (_generator is { } generator
            && messages.Select(message => RunTaskReader.Read(message.Body)!).FirstOrDefault(run => run.Kind == Maker.Kind) is { } run)
        {
            generator.SetResult(run);
            return [.. messages.Select(_ => SendAnswer.Taken)];
        }
        foreach (var message in messages)
            await _workerQueue.Writer.WriteAsync(new QueueMessage($"w{Interlocked.Increment(ref _messages)}", "", message.Body), cancellation);
        return [.. messages.Select(_ => SendAnswer.Taken)];
    }

    Task IManagerQueue.SendAsync(IReadOnlyList<ManagerMessage> messages, CancellationToken cancellation)
    {
        foreach (var message in messages)
            Enqueue(message, isReport: true);
        return Task.CompletedTask;
    }

    Task<LaunchAnswer> IComputeFleet.LaunchAsync(LaunchRequest request, CancellationToken cancellation) => throw new NotSupportedException();

    Task<IReadOnlyList<FleetInstance>> IComputeFleet.ListAsync(string tag, string value, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<FleetInstance>>([]);

    Task IComputeFleet.TerminateAsync(IReadOnlyList<string> instanceIds, CancellationToken cancellation) => Task.CompletedTask;

    Task<string?> IComputeFleet.ConsoleAsync(string instanceId, CancellationToken cancellation) => Task.FromResult<string?>(null);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_loops);
        foreach (var host in _hosts)
            await host.DisposeAsync();
        await _workers.DisposeAsync();
        _stop.Dispose();
    }

    private void Enqueue(ManagerMessage message, bool isReport)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(message, MessageJson.Default.ManagerMessage);
        _managerQueue.Writer.TryWrite((new Envelope("manager", $"m{Interlocked.Increment(ref _messages)}", SentAt, body), isReport));
    }

    private async Task ManageAsync(ManagerHost host)
    {
        while (await TakeAsync(_managerQueue.Reader) is { Count: > 0 } batch)
        {
            var failed = await host.Handler.HandleAsync([.. batch.Select(message => message.Envelope)], _stop.Token);
            if (failed.Count > 0)
                throw new InvalidOperationException($"{failed.Count} of {batch.Count} messages failed");
            var ended = batch.Count(message => message.IsReport);
            lock (_hosts)
            {
                ManagerBatches++;
                ManagerMessages += batch.Count;
            }
            if (ended > 0)
            {
                if (_shape.Waiting < int.MaxValue)
                    _room.Release(ended);
                if (Interlocked.Add(ref _completed, ended) == _expected)
                    _allDone.TrySetResult();
            }
        }
    }

    private async Task WorkAsync(BatchRunner runner)
    {
        while (await TakeAsync(_workerQueue.Reader) is { Count: > 0 } batch)
            await runner.RunAsync(batch, _stop.Token);
    }

    /// <summary>A batch as an event source gives it: what is there, at most the batch size.</summary>
    private async Task<List<T>> TakeAsync<T>(ChannelReader<T> queue)
    {
        var batch = new List<T>(_shape.Batch);
        try
        {
            await queue.WaitToReadAsync(_stop.Token);
            while (batch.Count < _shape.Batch && queue.TryRead(out var message))
                batch.Add(message);
            return batch.Count > 0 ? batch : await TakeAsync(queue);
        }
        catch (OperationCanceledException)
        {
            return batch;
        }
    }
}
