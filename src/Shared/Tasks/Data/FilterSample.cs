using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;

namespace TaskMesh.Tasks.Data;

/// <param name="Count">How many rows, 1 to 100,000; all of them if there are fewer.</param>
/// <param name="Seed">Fixes the choice; by default it follows from the task's id, so that every attempt makes the same one.</param>
public sealed record FilterSampleInput(IReadOnlyList<JsonElement> Rows, int Count, int? Seed = null);

/// <summary>Keeps a random sample of the rows, each with the same chance, in their order.</summary>
public sealed class FilterSample : ITaskDefinition<FilterSampleInput, FilteredRows>
{
    private const int MostRows = 100_000;

    public static string Kind => "filter-sample";

    public static string Summary => "Keeps a random sample of the rows.";

    public static WorkerRequirements Requirements => WorkerRequirements.TaskDataAccess;

    public static JsonTypeInfo<FilterSampleInput> InputJson => FilterSampleJson.Default.FilterSampleInput;

    public static JsonTypeInfo<FilteredRows> OutputJson => FilterSampleJson.Default.FilteredRows;

    public static void Check(FilterSampleInput input, InputCheck check) =>
        check.Require(input.Count is > 0 and <= MostRows, "count", $"{input.Count} is not from 1 to {MostRows}");

    public static Task<TaskResult<FilteredRows>> ExecuteAsync(FilterSampleInput input, TaskContext context)
    {
        var places = Enumerable.Range(0, input.Rows.Count).ToArray();
        // The stable part of Random is that of a seed: the same seed gives the same numbers.
        new Random(input.Seed ?? SeedOf(context.TaskId)).Shuffle(places);
        JsonElement[] chosen = [.. places.Take(input.Count).Order().Select(place => input.Rows[place])];
        return Task.FromResult<TaskResult<FilteredRows>>(new FilteredRows(chosen, input.Rows.Count - chosen.Length));
    }

    private static int SeedOf(Guid task)
    {
        Span<byte> bytes = stackalloc byte[16];
        task.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadInt32BigEndian(bytes[12..]);
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FilterSampleInput))]
[JsonSerializable(typeof(FilteredRows))]
internal sealed partial class FilterSampleJson : JsonSerializerContext;
