using System.Text.Json;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Core.Contract;

/// <summary>What one execution sees: the task, the clock, its declared capabilities, and nothing else.</summary>
public sealed class TaskContext(RunTask run, WorkerRequirements declared, WorkerCapabilities offered, RunSignals signals, TimeProvider clock)
{
    private ChildTasks? _children;

    public Guid TaskId => run.Id;

    public string Organisation => run.Organisation;

    public TimeProvider Clock => clock;

    /// <summary>The position that an earlier attempt saved when it yielded.</summary>
    public JsonElement? Checkpoint => run.Checkpoint;

    /// <summary>What may be reached. Asked again for each packet and after each name resolution.</summary>
    public ScopeGuard Scope { get; } = new(run.Scope);

    /// <summary>Ends the execution: its time is over, it was cancelled, or its lease is lost.</summary>
    public CancellationToken Cancellation => signals.Cancellation;

    /// <summary>The worker is told to stop: a kind that can save its position yields, others may finish within the grace time.</summary>
    public CancellationToken Stopping => signals.Stopping;

    public ITaskData TaskData => Granted(WorkerRequirements.TaskDataAccess, offered.TaskData);

    public IReconData ReconData => Granted(WorkerRequirements.ReconDataAccess, offered.ReconData);

    public IManagerQueue ManagerQueue => Granted(WorkerRequirements.QueueAccess, offered.ManagerQueue);

    /// <summary>What a generator makes its children with.</summary>
    public ChildTasks Children => _children ??= new ChildTasks(run, ManagerQueue, Cancellation);

    public IRawScanner RawScanner => Granted(WorkerRequirements.RawSocketAccess, offered.RawScanner);

    /// <summary>Public services by name. Only External workers can reach them, so only kinds without other needs get there.</summary>
    public IWebSource Web => offered.Web
        ?? throw new InvalidOperationException($"'{run.Kind}' used the web on a worker that cannot reach it: declare no data or raw socket access.");

    /// <summary>What a generator has made, once the Manager's queue has all of it; null for other kinds.</summary>
    internal async Task<ChildCount?> DeclareAsync() => declared.HasFlag(WorkerRequirements.QueueAccess) ? await Children.DeclareAsync() : null;

    private T Granted<T>(WorkerRequirements needed, T? capability)
        where T : class
    {
        if (!declared.HasFlag(needed))
            throw new UndeclaredCapabilityException(run.Kind, needed);
        return capability ?? throw new InvalidOperationException($"This worker offers no {needed}: '{run.Kind}' came to the wrong queue.");
    }
}

/// <summary>The two ways in which an execution is told to end.</summary>
public readonly record struct RunSignals(CancellationToken Cancellation, CancellationToken Stopping);
