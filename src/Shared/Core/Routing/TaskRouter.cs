using TaskMesh.Core.Contract;

namespace TaskMesh.Core.Routing;

/// <summary>Chooses the worker class from what a kind declares, then the pool within it from the task's labels and kind.</summary>
public static class TaskRouter
{
    private const WorkerRequirements DatabaseAccess = WorkerRequirements.TaskDataAccess | WorkerRequirements.ReconDataAccess;

    public static WorkerClass Route(WorkerRequirements requirements) => requirements switch
    {
        _ when requirements.HasFlag(WorkerRequirements.RawSocketAccess) => WorkerClass.BareMetal,
        _ when (requirements & DatabaseAccess) != 0 => WorkerClass.Internal,
        _ => WorkerClass.External,
    };

    /// <summary>The first pool of the class that serves the kind and has the task's labels, or null: then the task waits for one.</summary>
    /// <param name="pools">In the order of their configuration, the default pools last.</param>
    public static Pool? Choose(IEnumerable<Pool> pools, WorkerClass workerClass, string kind, IReadOnlyDictionary<string, string> labels) =>
        pools.FirstOrDefault(pool => pool.Class == workerClass && pool.Serves(kind) && pool.Offers(labels));
}
