using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Recon;

namespace TaskMesh.Tasks.Data;

/// <param name="Rows">Objects with the model's fields.</param>
public sealed record UpsertModelsInput(string Model, IReadOnlyList<JsonElement> Rows);

/// <param name="Changed">Rows that were known and are described otherwise now, or are back.</param>
/// <param name="Refreshed">Rows of which only last_seen moved.</param>
public sealed record UpsertModelsOutput(int Inserted, int Changed, int Refreshed);

/// <summary>Writes rows of a recon model; the same rows twice change nothing but last_seen.</summary>
public sealed class UpsertModels : ITaskDefinition<UpsertModelsInput, UpsertModelsOutput>
{
    public static string Kind => "upsert-models";

    public static string Summary => "Writes rows of a recon model.";

    public static WorkerRequirements Requirements => WorkerRequirements.TaskDataAccess | WorkerRequirements.ReconDataAccess;

    public static JsonTypeInfo<UpsertModelsInput> InputJson => UpsertModelsJson.Default.UpsertModelsInput;

    public static JsonTypeInfo<UpsertModelsOutput> OutputJson => UpsertModelsJson.Default.UpsertModelsOutput;

    public static void Check(UpsertModelsInput input, InputCheck check)
    {
        if (ReconModel.Find(input.Model) is { } model)
            ReconRowCheck.Run(model, input.Rows, check);
        else
            check.Problem("model", ReconModel.Unknown(input.Model));
    }

    public static async Task<TaskResult<UpsertModelsOutput>> ExecuteAsync(UpsertModelsInput input, TaskContext context)
    {
        var count = await context.ReconData.UpsertAsync(ReconModel.Find(input.Model)!, input.Rows, context.Cancellation);
        return new UpsertModelsOutput(count.Inserted, count.Changed, count.Refreshed);
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(UpsertModelsInput))]
[JsonSerializable(typeof(UpsertModelsOutput))]
internal sealed partial class UpsertModelsJson : JsonSerializerContext;
