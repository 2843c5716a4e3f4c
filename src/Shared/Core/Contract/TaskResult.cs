using System.Text.Json;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Core.Contract;

/// <summary>The endings that a task can foresee. What it cannot foresee is an exception, and counts as a failure that may be retried.</summary>
public abstract record TaskResult<TOutput>
{
    private TaskResult()
    {
    }

    public sealed record Done(TOutput Output) : TaskResult<TOutput>;

    /// <summary>Not failed, not finished: run me again no earlier than <paramref name="After"/> from now, with this checkpoint.</summary>
    /// <param name="Throttled">The other side asked for the wait: nobody else bothers it before either.</param>
    public sealed record Yield(TimeSpan After, JsonElement? Checkpoint = null, bool Throttled = false) : TaskResult<TOutput>;

    /// <param name="RetryAfter">When the other side says how long to wait.</param>
    public sealed record Fail(ErrorClass ErrorClass, string Message, TimeSpan? RetryAfter = null) : TaskResult<TOutput>;

    public static implicit operator TaskResult<TOutput>(TOutput output) => new Done(output);
}
