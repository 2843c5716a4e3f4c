using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;

namespace TaskMesh.Tasks.Data;

/// <param name="Key">1 to 200 characters; the same key again replaces the value.</param>
public sealed record InsertDataInput(string Key, JsonElement Value);

public sealed record InsertDataOutput(string Key);

/// <summary>Stores a value that all tasks of the collection can read.</summary>
public sealed class InsertData : ITaskDefinition<InsertDataInput, InsertDataOutput>
{
    private const int LongestKey = 200;

    public static string Kind => "insert-data";

    public static string Summary => "Stores a value under a key for all tasks of the collection.";

    public static WorkerRequirements Requirements => WorkerRequirements.TaskDataAccess;

    public static JsonTypeInfo<InsertDataInput> InputJson => InsertDataJson.Default.InsertDataInput;

    public static JsonTypeInfo<InsertDataOutput> OutputJson => InsertDataJson.Default.InsertDataOutput;

    public static void Check(InsertDataInput input, InputCheck check)
    {
        check.Require(input.Key.Length is > 0 and <= LongestKey, "key", $"has {input.Key.Length} characters, not 1 to {LongestKey}");
        check.Require(!input.Key.Contains('\0', StringComparison.Ordinal), "key", "holds U+0000, which no stored text has");
    }

    public static async Task<TaskResult<InsertDataOutput>> ExecuteAsync(InsertDataInput input, TaskContext context)
    {
        await context.TaskData.WriteSharedAsync(input.Key, input.Value, context.Cancellation);
        return new InsertDataOutput(input.Key);
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(InsertDataInput))]
[JsonSerializable(typeof(InsertDataOutput))]
internal sealed partial class InsertDataJson : JsonSerializerContext;
