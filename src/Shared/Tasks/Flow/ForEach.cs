using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Tasks.Flow;

/// <param name="Rows">Mostly a reference to an earlier output.</param>
/// <param name="Kind">Of the tasks to make.</param>
/// <param name="Input">Of the tasks to make; {"$row": "/json/pointer"} stands for a value of the row, {"$row": ""} for the row.</param>
/// <param name="Into">The container that the tasks go into; left out, a Parallel one of their own.</param>
public sealed record ForEachInput(IReadOnlyList<JsonElement> Rows, string Kind, JsonElement Input, string? Into = null);

/// <param name="Tasks">How many were made.</param>
public sealed record ForEachOutput(int Tasks);

/// <summary>Makes one task for each row.</summary>
public sealed class ForEach : ITaskDefinition<ForEachInput, ForEachOutput>
{
    public static string Kind => "for-each";

    public static string Summary => "Makes one task for each row of an earlier result.";

    public static WorkerRequirements Requirements => WorkerRequirements.TaskDataAccess | WorkerRequirements.QueueAccess;

    public static TimeSpan RunTimeout => TimeSpan.FromMinutes(4);

    public static JsonTypeInfo<ForEachInput> InputJson => ForEachJson.Default.ForEachInput;

    public static JsonTypeInfo<ForEachOutput> OutputJson => ForEachJson.Default.ForEachOutput;

    public static void Check(ForEachInput input, InputCheck check) =>
        check.Require(input.Input.ValueKind == JsonValueKind.Object, "input", "is the JSON object that the tasks take");

    public static Forecast? Foresee(ForEachInput input) => new(null, null, 0, input.Kind, input.Rows.Count);

    public static async Task<TaskResult<ForEachOutput>> ExecuteAsync(ForEachInput input, TaskContext context)
    {
        foreach (var row in input.Rows)
            await context.Children.AddAsync(input.Kind, InputTemplate.Fill(input.Input, InputTemplate.Row, path => ValueAt(row, path)));
        return new ForEachOutput(input.Rows.Count);
    }

    private static JsonElement? ValueAt(JsonElement row, JsonElement path) =>
        path.ValueKind == JsonValueKind.String ? JsonPointer.Find(row, path.GetString()!) : null;
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ForEachInput))]
[JsonSerializable(typeof(ForEachOutput))]
internal sealed partial class ForEachJson : JsonSerializerContext;
