using System.Text.Json;
using System.Text.Json.Serialization;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Core.Messages;

/// <summary>How one attempt ended, as its worker saw it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Succeeded), nameof(Succeeded))]
[JsonDerivedType(typeof(Failed), nameof(Failed))]
[JsonDerivedType(typeof(TimedOut), nameof(TimedOut))]
[JsonDerivedType(typeof(Yielded), nameof(Yielded))]
public abstract record TaskOutcome
{
    private TaskOutcome()
    {
    }

    /// <param name="DataAt">Where the data is when it is too large for a message.</param>
    /// <param name="Children">Of a generator: what it made. It has ended when exactly these exist.</param>
    public sealed record Succeeded(JsonElement? Data = null, ObjectReference? DataAt = null, ChildCount? Children = null) : TaskOutcome;

    /// <param name="Stack">Of an exception that nobody expected: where it was thrown.</param>
    public sealed record Failed(ErrorClass ErrorClass, string Message, TimeSpan? RetryAfter = null, string? Stack = null) : TaskOutcome;

    /// <summary>Ran longer than its kind allows: counts as a failure, and names the state if it was the last.</summary>
    public sealed record TimedOut(TimeSpan Limit) : TaskOutcome;

    /// <summary>Gave its slot back: to be run again after the delay, from the checkpoint. No failure is counted.</summary>
    /// <param name="Throttled">The other side asked for the wait: until then no task of a kind with the same rate limit starts.</param>
    public sealed record Yielded(
        TimeSpan After,
        JsonElement? Checkpoint = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool Throttled = false) : TaskOutcome;
}
