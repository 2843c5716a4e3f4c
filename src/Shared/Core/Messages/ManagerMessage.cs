using System.Text.Json;
using System.Text.Json.Serialization;
using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Messages;

/// <summary>Everything that the Manager's queues carry.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(CreateCollection), nameof(CreateCollection))]
[JsonDerivedType(typeof(CreateTask), nameof(CreateTask))]
[JsonDerivedType(typeof(CompleteTask), nameof(CompleteTask))]
[JsonDerivedType(typeof(Control), nameof(Control))]
[JsonDerivedType(typeof(Tick), nameof(Tick))]
public abstract record ManagerMessage
{
    /// <summary>The version of the envelope; consumers accept this one and the one before.</summary>
    public const int Version = 1;

    public int V { get; init; } = Version;

    /// <summary>
    /// Of what is created: the submitter chooses it, so the same message twice creates one thing. Left out by a person,
    /// it follows from the SQS message and stays the same over redeliveries.
    /// </summary>
    public Guid Id { get; init; }

    /// <summary>Found again in every log line, message and row that follows from this one: 32 hexadecimal digits (W3C Trace Context).</summary>
    public string? TraceId { get; init; }
}

/// <summary>A whole workflow.</summary>
/// <param name="Deadline">How long the collection may take from its creation on.</param>
/// <param name="Scope">Narrows the organisation's scope for this collection; it cannot widen it.</param>
/// <param name="Priority">Higher goes first; from -100 to 100.</param>
public sealed record CreateCollection(
    CollectionNode Root,
    string? Name = null,
    string Organisation = CreateCollection.DefaultOrganisation,
    int Priority = 0,
    TimeSpan? Deadline = null,
    IReadOnlyDictionary<string, string>? Labels = null,
    ScanScope? Scope = null) : ManagerMessage
{
    public const string DefaultOrganisation = "default";

    /// <summary>Whether an organisation may be called so; the database holds the same rule.</summary>
    public static bool IsOrganisation(string name) =>
        name.Length is > 0 and <= 63 && name[0] != '-'
        && name.All(letter => letter == '-' || char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter));
}

/// <summary>One task, which becomes a collection of one; or, from a generator, a run of its children.</summary>
public sealed record CreateTask(
    string Kind,
    JsonElement Input,
    string? Name = null,
    string Organisation = CreateCollection.DefaultOrganisation,
    int Priority = 0,
    TimeSpan? Deadline = null,
    IReadOnlyDictionary<string, string>? Labels = null,
    ScanScope? Scope = null,
    TaskTimeouts? Timeouts = null,
    Generated? Generated = null) : ManagerMessage;

/// <summary>A worker reports how an attempt ended.</summary>
/// <param name="Nonce">Random per attempt: only the worker that was given the attempt knows it.</param>
public sealed record CompleteTask(Guid Task, int Attempt, Guid Nonce, TaskOutcome Outcome) : ManagerMessage;

/// <summary>Somebody steers the mesh.</summary>
public sealed record Control(ControlAction Action, string Who, string Why) : ManagerMessage;

/// <summary>A timer says that a sweep is due.</summary>
public sealed record Tick(Sweep Sweep = Sweep.Minute) : ManagerMessage;

/// <summary>Which of the Manager's regular duties are due.</summary>
[JsonConverter(typeof(StrictEnumConverter<Sweep>))]
public enum Sweep
{
    /// <summary>Everything: timeouts, expired leases, outbox, fleet, containers left behind.</summary>
    Minute,

    /// <summary>Only tasks whose wait is over; the Manager reminds itself.</summary>
    Waits,

    /// <summary>Every hour: partitions, retention, objects that nobody refers to.</summary>
    Housekeeping,
}
