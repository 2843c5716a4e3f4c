using System.Text.Json;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Tasks.Sources;

/// <summary>A scanner did not do what it was asked for.</summary>
internal sealed class ScannerException(ErrorClass errorClass, string message, TimeSpan? wait = null) : Exception(message)
{
    /// <summary>Later if it asked for peace, a failure otherwise; the checkpoint stays.</summary>
    public TaskResult<T> Outcome<T>(JsonElement? checkpoint) => wait is { } after
        ? new TaskResult<T>.Yield(after, checkpoint, Throttled: true)
        : new TaskResult<T>.Fail(errorClass, Message);
}
