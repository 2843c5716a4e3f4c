using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Filtering;

namespace TaskMesh.Tasks.Data;

/// <param name="Filter">A condition on the fields of a row (docs/data.md).</param>
public sealed record FilterByFieldInput(IReadOnlyList<JsonElement> Rows, JsonElement Filter);

/// <summary>Keeps the rows that meet a condition, which is data and never text of a statement.</summary>
public sealed class FilterByField : ITaskDefinition<FilterByFieldInput, FilteredRows>
{
    public static string Kind => "filter-by-field";

    public static string Summary => "Keeps the rows that meet a condition.";

    public static WorkerRequirements Requirements => WorkerRequirements.TaskDataAccess;

    public static JsonTypeInfo<FilterByFieldInput> InputJson => FilterByFieldJson.Default.FilterByFieldInput;

    public static JsonTypeInfo<FilteredRows> OutputJson => FilterByFieldJson.Default.FilteredRows;

    public static void Check(FilterByFieldInput input, InputCheck check)
    {
        if (FilterReader.Read(input.Filter).Problem is { } problem)
            check.Problem(problem);
    }

    public static Task<TaskResult<FilteredRows>> ExecuteAsync(FilterByFieldInput input, TaskContext context)
    {
        var filter = FilterReader.Read(input.Filter).Filter!;
        return Task.FromResult<TaskResult<FilteredRows>>(FilteredRows.Of(input.Rows, filter.Matches));
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FilterByFieldInput))]
[JsonSerializable(typeof(FilteredRows))]
internal sealed partial class FilterByFieldJson : JsonSerializerContext;
