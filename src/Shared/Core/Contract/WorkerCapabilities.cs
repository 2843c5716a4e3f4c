using TaskMesh.Core.Ports;

namespace TaskMesh.Core.Contract;

/// <summary>What a worker can offer to one execution; null where it has none. External workers offer only the web.</summary>
public sealed record WorkerCapabilities(
    ITaskData? TaskData = null,
    IReconData? ReconData = null,
    IManagerQueue? ManagerQueue = null,
    IRawScanner? RawScanner = null,
    IWebSource? Web = null);
