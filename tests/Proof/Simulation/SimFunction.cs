using TaskMesh.Aws;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Execution;
using TaskMesh.Postgres.Workers;
using TaskMesh.Proof.Kinds;

namespace TaskMesh.Proof.Simulation;

/// <summary>One process of an External or Internal function.</summary>
internal sealed class SimFunction
{
    private const int BatchSize = 10;

    private readonly SimWorld _world;
    private readonly SimProcess _process;
    private readonly BatchRunner _runner;
    private readonly MessageHold _hold;
    private readonly SimQueue _queue;
    private readonly TimeSpan _visibility;

    public SimFunction(SimWorld world, string name, bool hasDatabase)
    {
        _world = world;
        _process = new SimProcess(world, name);
        _queue = world.Queues[hasDatabase ? "internal" : "external"];
        _visibility = hasDatabase ? TimeSpan.FromMinutes(30) : TimeSpan.FromMinutes(15);
        _hold = new MessageHold(new SimVisibility(_queue, _process), world.Clock, new Random(world.Seed));
        var database = world.WorkersOf(name);
        var manager = new SqsManagerQueue(new SimSender(world, _process), "manager", world.Clock);
        var executor = new TaskExecutor(
            Places.Catalogue,
            run => hasDatabase ? new WorkerCapabilities(_process.Over(new TaskData(database, run), run), null, manager) : new WorkerCapabilities(),
            world.Clock);
        _runner = new BatchRunner(executor, hasDatabase ? _process.Over(new TaskLeases(database, name)) : null, manager, world.Clock);
    }

    public bool IsBusy { get; private set; }

    public bool IsDead => _process.IsDead;

    public bool HasWork => _queue.HasDue;

    public async Task HandleAsync()
    {
        IsBusy = true;
        try
        {
            var batch = _queue.Take(BatchSize, _visibility);
            await _process.GateAsync("received");
            var failed = await _hold.RunAsync(
                [.. batch.Select(message => SimVisibility.Of(_queue, message))],
                () => _runner.RunAsync([.. batch.Select(SimTaskQueue.Of)], _process.Killed));
            await _process.GateAsync("handled");
            foreach (var message in batch.Where(message => !failed.Contains(message.Id)))
                _queue.Delete(message.Id, message.Receives);
        }
        catch (Exception e)
        {
            // The function's call has failed: all of its messages come again.
            _world.Note($"{_process.Name}: {e.Message}");
        }
        finally
        {
            IsBusy = false;
        }
    }
}
