using System.Text.Json.Serialization;
using TaskMesh.Core.Messages;

namespace TaskMesh.Core.Workflow;

/// <summary>What a failure says about the next attempt.</summary>
[JsonConverter(typeof(StrictEnumConverter<ErrorClass>))]
public enum ErrorClass
{
    /// <summary>The task failed and may succeed next time: counts as a failure.</summary>
    Retryable,

    /// <summary>The task can never succeed: no further attempt.</summary>
    Fatal,

    /// <summary>The surroundings failed (shutdown, database down, throttled, lost worker): a new attempt, no failure counted.</summary>
    Infrastructure,
}
