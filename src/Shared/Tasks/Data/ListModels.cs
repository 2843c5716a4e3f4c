using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Recon;

namespace TaskMesh.Tasks.Data;

/// <param name="Limit">Rows at most, 1 to 100,000.</param>
public sealed record ListModelsInput(string Model, int Limit = 1_000);

public sealed record ListModelsOutput(IReadOnlyList<JsonElement> Rows);

/// <summary>Reads the organisation's rows of a recon model, in the order of their key.</summary>
public sealed class ListModels : ITaskDefinition<ListModelsInput, ListModelsOutput>
{
    private const int MostRows = 100_000;

    public static string Kind => "list-models";

    public static string Summary => "Reads rows of a recon model.";

    public static WorkerRequirements Requirements => WorkerRequirements.TaskDataAccess | WorkerRequirements.ReconDataAccess;

    public static JsonTypeInfo<ListModelsInput> InputJson => ListModelsJson.Default.ListModelsInput;

    public static JsonTypeInfo<ListModelsOutput> OutputJson => ListModelsJson.Default.ListModelsOutput;

    public static void Check(ListModelsInput input, InputCheck check)
    {
        check.Require(ReconModel.Find(input.Model) is not null, "model", ReconModel.Unknown(input.Model));
        check.Require(input.Limit is > 0 and <= MostRows, "limit", $"{input.Limit} is not from 1 to {MostRows}");
    }

    public static async Task<TaskResult<ListModelsOutput>> ExecuteAsync(ListModelsInput input, TaskContext context) =>
        new ListModelsOutput(await context.ReconData.ListAsync(ReconModel.Find(input.Model)!, input.Limit, context.Cancellation));
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ListModelsInput))]
[JsonSerializable(typeof(ListModelsOutput))]
internal sealed partial class ListModelsJson : JsonSerializerContext;
