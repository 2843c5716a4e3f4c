namespace TaskMesh.Core.Contract;

/// <summary>What a task kind needs from the worker that runs it. Declared once per kind: it decides both the route and the permission.</summary>
[Flags]
public enum WorkerRequirements
{
    None = 0,

    /// <summary>Results of tasks and data shared by a collection, in PostgreSQL.</summary>
    TaskDataAccess = 1 << 0,

    /// <summary>Sending messages to the Manager: what a generator needs.</summary>
    QueueAccess = 1 << 1,

    /// <summary>The recon models: domains, endpoints, certificates.</summary>
    ReconDataAccess = 1 << 2,

    /// <summary>Raw packets.</summary>
    RawSocketAccess = 1 << 3,
}
