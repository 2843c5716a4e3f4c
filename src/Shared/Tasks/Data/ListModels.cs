using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Filtering;
using TaskMesh.Core.Ports;
using TaskMesh.Core.Recon;

namespace TaskMesh.Tasks.Data;

/// <param name="Filter">Which rows (docs/data.md); by default all.</param>
/// <param name="Limit">Rows at most, 1 to 100,000.</param>
/// <param name="Fields">Which fields of a row; by default all.</param>
/// <param name="Gone">Whether rows that are gone are listed too.</param>
public sealed record ListModelsInput(
    string Model, JsonElement? Filter = null, IReadOnlyList<string>? Fields = null, int Limit = 1_000, bool Gone = false);

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
        if (ReconModel.Find(input.Model) is not { } model)
            check.Problem("model", ReconModel.Unknown(input.Model));
        else if (Read(input, model).Problem is { } problem)
            check.Problem(problem);
        else if (input.Fields?.FirstOrDefault(field => model.Readable.All(column => column.Name != field)) is { } unknown)
            check.Problem("fields", $"{unknown}: {model.UnknownField}");
        check.Require(input.Limit is > 0 and <= MostRows, "limit", $"{input.Limit} is not from 1 to {MostRows}");
    }

    public static async Task<TaskResult<ListModelsOutput>> ExecuteAsync(ListModelsInput input, TaskContext context)
    {
        var model = ReconModel.Find(input.Model)!;
        var query = new ReconQuery(input.Limit, Read(input, model).Filter, input.Gone);
        var rows = await context.ReconData.ListAsync(model, query, context.Cancellation);
        return new ListModelsOutput(input.Fields is { } fields ? [.. rows.Select(row => Only(fields, row))] : rows);
    }

    private static JsonElement Only(IReadOnlyList<string> fields, JsonElement row) => JsonSerializer.SerializeToElement(
        row.EnumerateObject().Where(field => fields.Contains(field.Name)).ToDictionary(field => field.Name, field => field.Value),
        ListModelsJson.Default.DictionaryStringJsonElement);

    private static (Filter? Filter, string? Problem) Read(ListModelsInput input, ReconModel model)
    {
        if (input.Filter is not { } json)
            return (null, null);
        var (filter, problem) = FilterReader.Read(json);
        return filter is null ? (null, problem) : filter.For(model);
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ListModelsInput))]
[JsonSerializable(typeof(ListModelsOutput))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
internal sealed partial class ListModelsJson : JsonSerializerContext;
