using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Filtering;
using TaskMesh.Core.Messages;

namespace TaskMesh.Tasks.Flow;

/// <param name="When">A filter.</param>
public sealed record ConditionalInput(JsonElement Value, JsonElement When);

/// <param name="Taken">Whether the filter matched: then the first branch runs, else the second.</param>
public sealed record ConditionalOutput(bool Taken);

/// <summary>The deciding part of a Conditional node.</summary>
public sealed class Conditional : ITaskDefinition<ConditionalInput, ConditionalOutput>
{
    public static string Kind => ConditionalNode.Kind;

    public static string Summary => "Picks a branch by a filter over a value; written as a node of type Conditional.";

    public static WorkerRequirements Requirements => WorkerRequirements.TaskDataAccess;

    public static JsonTypeInfo<ConditionalInput> InputJson => ConditionalJson.Default.ConditionalInput;

    public static JsonTypeInfo<ConditionalOutput> OutputJson => ConditionalJson.Default.ConditionalOutput;

    public static void Check(ConditionalInput input, InputCheck check)
    {
        if (FilterReader.Read(input.When, "when").Problem is { } problem)
            check.Problem("input", problem);
    }

    public static Task<TaskResult<ConditionalOutput>> ExecuteAsync(ConditionalInput input, TaskContext context) =>
        Task.FromResult<TaskResult<ConditionalOutput>>(new ConditionalOutput(FilterReader.Read(input.When).Filter!.Matches(input.Value)));
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ConditionalInput))]
[JsonSerializable(typeof(ConditionalOutput))]
internal sealed partial class ConditionalJson : JsonSerializerContext;
