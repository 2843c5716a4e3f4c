using TaskMesh.Aws;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Execution;
using TaskMesh.Postgres.Workers;
using TaskMesh.Proof.Kinds;

namespace TaskMesh.Proof.Simulation;

/// <summary>One process of a bare-metal worker.</summary>
internal sealed class SimWorker
{
    public const int Parallelism = 4;

    private static readonly QueueLoopSettings Settings = new(
        Parallelism, TimeSpan.FromSeconds(20), TimeSpan.FromDays(1), TimeSpan.FromSeconds(60));

    private readonly SimProcess _process;

    public SimWorker(SimWorld world, string name)
    {
        _process = new SimProcess(world, name);
        var database = world.WorkersOf(name);
        var manager = new SqsManagerQueue(new SimSender(world, _process), "manager", world.Clock);
        var executor = new TaskExecutor(
            Places.Catalogue, run => new WorkerCapabilities(_process.Over(new TaskData(database, run), run), null, manager), world.Clock);
        var loop = new QueueLoop(
            new SimTaskQueue(world, world.Queues["bare-metal"], _process),
            _process.Over(new TaskLeases(database, name)),
            manager,
            executor,
            Settings,
            fact => world.Note($"{name}: {fact}"),
            world.Clock);
        _ = loop.RunAsync(_ => Task.FromResult(false), _process.Killed);
    }

    public bool IsDead => _process.IsDead;
}
