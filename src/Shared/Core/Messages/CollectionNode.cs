using System.Text.Json;
using System.Text.Json.Serialization;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Core.Messages;

/// <summary>A node of a submitted workflow.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(SequentialNode), "Sequential")]
[JsonDerivedType(typeof(ParallelNode), "Parallel")]
[JsonDerivedType(typeof(TaskNode), "Task")]
[JsonDerivedType(typeof(ConditionalNode), "Conditional")]
public abstract record CollectionNode;

/// <summary>Children run one after the other.</summary>
public sealed record SequentialNode(
    IReadOnlyList<CollectionNode> Children, string? Name = null, CompletionPolicy? Policy = null) : CollectionNode;

/// <summary>Children run together, at most <paramref name="MaxConcurrency"/> at a time if given.</summary>
public sealed record ParallelNode(
    IReadOnlyList<CollectionNode> Children, string? Name = null, CompletionPolicy? Policy = null, int? MaxConcurrency = null) : CollectionNode;

/// <param name="Name">Unique within the collection; later tasks refer to the output by it.</param>
/// <param name="Input">May hold {"$from": "name", "path": "/json/pointer"} wherever a value may stand.</param>
/// <param name="Labels">Choose a pool; the collection's labels are the default.</param>
public sealed record TaskNode(
    string Name, string Kind, JsonElement Input, IReadOnlyDictionary<string, string>? Labels = null, TaskTimeouts? Timeouts = null) : CollectionNode;
