using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Recon;

namespace TaskMesh.Tasks.Data;

public sealed record FilterNewOnlyInput(string Model, IReadOnlyList<JsonElement> Rows);

/// <summary>
/// Keeps the rows whose key is not in the organisation's recon model yet, or is gone from it: what an upsert would report as new or back.
/// </summary>
public sealed class FilterNewOnly : ITaskDefinition<FilterNewOnlyInput, FilteredRows>
{
    public static string Kind => "filter-new-only";

    public static string Summary => "Keeps the rows that a recon model does not have yet.";

    public static WorkerRequirements Requirements => WorkerRequirements.TaskDataAccess | WorkerRequirements.ReconDataAccess;

    public static JsonTypeInfo<FilterNewOnlyInput> InputJson => FilterNewOnlyJson.Default.FilterNewOnlyInput;

    public static JsonTypeInfo<FilteredRows> OutputJson => FilterNewOnlyJson.Default.FilteredRows;

    public static void Check(FilterNewOnlyInput input, InputCheck check)
    {
        if (ReconModel.Find(input.Model) is { } model)
            ReconRowCheck.Run(model, input.Rows, check);
        else
            check.Problem("model", ReconModel.Unknown(input.Model));
    }

    public static async Task<TaskResult<FilteredRows>> ExecuteAsync(FilterNewOnlyInput input, TaskContext context)
    {
        var known = await context.ReconData.AreKnownAsync(ReconModel.Find(input.Model)!, input.Rows, context.Cancellation);
        JsonElement[] fresh = [.. input.Rows.Where((_, i) => !known[i])];
        return new FilteredRows(fresh, input.Rows.Count - fresh.Length);
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FilterNewOnlyInput))]
[JsonSerializable(typeof(FilteredRows))]
internal sealed partial class FilterNewOnlyJson : JsonSerializerContext;
