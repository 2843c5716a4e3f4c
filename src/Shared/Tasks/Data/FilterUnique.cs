using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Filtering;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Tasks.Data;

/// <param name="Fields">What makes two rows the same; by default the whole row. A row that has none of them differs from every other.</param>
public sealed record FilterUniqueInput(IReadOnlyList<JsonElement> Rows, IReadOnlyList<string>? Fields = null);

/// <summary>Keeps the first of rows that are the same in the given fields.</summary>
public sealed class FilterUnique : ITaskDefinition<FilterUniqueInput, FilteredRows>
{
    public static string Kind => "filter-unique";

    public static string Summary => "Keeps the first of rows that are the same.";

    public static WorkerRequirements Requirements => WorkerRequirements.TaskDataAccess;

    public static JsonTypeInfo<FilterUniqueInput> InputJson => FilterUniqueJson.Default.FilterUniqueInput;

    public static JsonTypeInfo<FilteredRows> OutputJson => FilterUniqueJson.Default.FilteredRows;

    public static void Check(FilterUniqueInput input, InputCheck check) =>
        check.Require(input.Fields is not { Count: 0 }, "fields", "names at least one field, or is left out");

    public static Task<TaskResult<FilteredRows>> ExecuteAsync(FilterUniqueInput input, TaskContext context)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return Task.FromResult<TaskResult<FilteredRows>>(FilteredRows.Of(input.Rows, row => Key(row, input.Fields) is not { } key || seen.Add(key)));
    }

    /// <summary>Values as canonical text, so that neither spelling nor the order of members makes two of one.</summary>
    private static string? Key(JsonElement row, IReadOnlyList<string>? fields)
    {
        if (fields is null)
            return CanonicalJson.Write(row);
        var values = fields.Select(field => RowField.Find(row, field)).ToArray();
        return values.All(value => value is null)
            ? null
            : string.Join('\n', values.Select(value => value is { } present ? CanonicalJson.Write(present) : ""));
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FilterUniqueInput))]
[JsonSerializable(typeof(FilteredRows))]
internal sealed partial class FilterUniqueJson : JsonSerializerContext;
