using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Filtering;
using TaskMesh.Core.Scope;

namespace TaskMesh.Tasks.Data;

/// <param name="Field">Holds an address or a host name; by default "address", or "name" where there is none.</param>
public sealed record FilterInScopeInput(IReadOnlyList<JsonElement> Rows, string? Field = null);

/// <summary>Keeps the rows whose address or name the collection's scope allows now.</summary>
public sealed class FilterInScope : ITaskDefinition<FilterInScopeInput, FilteredRows>
{
    public static string Kind => "filter-in-scope";

    public static string Summary => "Keeps the rows that the scope allows.";

    public static WorkerRequirements Requirements => WorkerRequirements.TaskDataAccess;

    public static JsonTypeInfo<FilterInScopeInput> InputJson => FilterInScopeJson.Default.FilterInScopeInput;

    public static JsonTypeInfo<FilteredRows> OutputJson => FilterInScopeJson.Default.FilteredRows;

    public static Task<TaskResult<FilteredRows>> ExecuteAsync(FilterInScopeInput input, TaskContext context)
    {
        var now = context.Clock.GetUtcNow();
        return Task.FromResult<TaskResult<FilteredRows>>(FilteredRows.Of(input.Rows, row => Target(row, input.Field) is { } target
            && (Address.TryParse(target, out var address)
                ? context.Scope.Refusal(new AddressRange(address, address), now)
                : context.Scope.Refusal(target, now)) is null));
    }

    private static string? Target(JsonElement row, string? field) =>
        field is not null ? RowField.Text(row, field) : RowField.Text(row, "address") ?? RowField.Text(row, "name");
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FilterInScopeInput))]
[JsonSerializable(typeof(FilteredRows))]
internal sealed partial class FilterInScopeJson : JsonSerializerContext;
