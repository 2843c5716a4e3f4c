using System.Text.Json.Serialization;
using TaskMesh.Core.Messages;

namespace TaskMesh.Core.Scheduling;

/// <summary>What becomes of a run that is due while the one before has not ended.</summary>
[JsonConverter(typeof(StrictEnumConverter<Overlap>))]
public enum Overlap
{
    /// <summary>It is left out.</summary>
    Skip,

    /// <summary>It starts when the other has ended; one waits at most.</summary>
    Queue,

    /// <summary>The other is cancelled first.</summary>
    CancelOld,
}
