using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Filtering;
using TaskMesh.Core.Recon;

namespace TaskMesh.Tasks.Data;

/// <param name="Ports">As "22,80,8000-8100".</param>
/// <param name="Field">Where a row has its port.</param>
public sealed record FilterByPortInput(IReadOnlyList<JsonElement> Rows, string Ports, string Field = "port");

/// <summary>Keeps the rows with one of the given ports.</summary>
public sealed class FilterByPort : ITaskDefinition<FilterByPortInput, FilteredRows>
{
    public static string Kind => "filter-by-port";

    public static string Summary => "Keeps the rows with one of the given ports.";

    public static WorkerRequirements Requirements => WorkerRequirements.TaskDataAccess;

    public static JsonTypeInfo<FilterByPortInput> InputJson => FilterByPortJson.Default.FilterByPortInput;

    public static JsonTypeInfo<FilteredRows> OutputJson => FilterByPortJson.Default.FilteredRows;

    public static void Check(FilterByPortInput input, InputCheck check)
    {
        if (!PortSet.TryParse(input.Ports, out _, out var problem))
            check.Problem("ports", problem);
    }

    public static Task<TaskResult<FilteredRows>> ExecuteAsync(FilterByPortInput input, TaskContext context)
    {
        var ports = PortSet.Parse(input.Ports).Ports.ToArray().ToHashSet();
        return Task.FromResult<TaskResult<FilteredRows>>(FilteredRows.Of(input.Rows, row =>
            RowField.Find(row, input.Field) is { ValueKind: JsonValueKind.Number } port
            && port.TryGetUInt16(out var number)
            && ports.Contains(number)));
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FilterByPortInput))]
[JsonSerializable(typeof(FilteredRows))]
internal sealed partial class FilterByPortJson : JsonSerializerContext;
