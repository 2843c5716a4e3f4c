using System.Text.Json;
using System.Text.Json.Nodes;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Core.Messages;

/// <summary>
/// A task that looks at a value, and two branches: the one that it does not take becomes Disabled, with all below. In rows: a Sequential
/// container of the task and one or two containers.
/// </summary>
/// <param name="Name">Of the task; unique within the collection.</param>
/// <param name="Value">What is looked at: mostly a {"$from"} reference.</param>
/// <param name="When">A filter; "then" is taken if it matches the value.</param>
public sealed record ConditionalNode(
    string Name, JsonElement Value, JsonElement When, CollectionNode Then, CollectionNode? Else = null) : CollectionNode
{
    /// <summary>The task kind that evaluates the filter.</summary>
    public const string Kind = "conditional";

    public const int ThenOrdinal = 1;

    public const int ElseOrdinal = 2;

    private const string Taken = "taken";

    /// <summary>The ordinal of the branch that is not taken, from the task's output.</summary>
    public static int NotTaken(JsonElement output) =>
        output.ValueKind == JsonValueKind.Object && output.TryGetProperty(Taken, out var taken) && taken.ValueKind == JsonValueKind.True
            ? ElseOrdinal
            : ThenOrdinal;

    internal TaskNode AsTask()
    {
        var input = new JsonObject
        {
            ["value"] = JsonNode.Parse(Value.GetRawText()),
            ["when"] = JsonNode.Parse(When.GetRawText()),
        };
        return new(Name, Kind, JsonSerializer.SerializeToElement(input, NodeJson.Default.JsonNode));
    }
}
