using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Tasks.Flow;

/// <param name="Of">A container that has ended: by its name, or by the name of the generator that filled its own.</param>
/// <param name="Path">A JSON Pointer: what to take of each result; left out, all of it. The elements of a list become rows each.</param>
public sealed record CollectResultsInput(string Of, string Path = "");

/// <param name="Children">How many tasks the container had.</param>
/// <param name="Without">How many of them have no such result.</param>
/// <param name="Count">How many rows there are.</param>
/// <param name="Rows">All of them if they are small; else null, and they are in the further parts of this task's result.</param>
public sealed record CollectResultsOutput(int Children, int Without, int Count, IReadOnlyList<JsonElement>? Rows);

/// <summary>Makes one result of the results of a container's tasks. Read in pages: a million take no more memory than a page.</summary>
public sealed class CollectResults : ITaskDefinition<CollectResultsInput, CollectResultsOutput>
{
    /// <summary>Of rows held and written together.</summary>
    private const int MostBytes = 128 * 1024;

    public static string Kind => "collect-results";

    public static string Summary => "Makes one result of the results of a finished container's tasks.";

    public static WorkerRequirements Requirements => WorkerRequirements.TaskDataAccess;

    public static TimeSpan RunTimeout => TimeSpan.FromMinutes(4);

    public static JsonTypeInfo<CollectResultsInput> InputJson => CollectResultsJson.Default.CollectResultsInput;

    public static JsonTypeInfo<CollectResultsOutput> OutputJson => CollectResultsJson.Default.CollectResultsOutput;

    public static void Check(CollectResultsInput input, InputCheck check) =>
        check.Require(JsonPointer.IsWellFormed(input.Path), "path", $"'{input.Path}' is not a JSON Pointer; it begins with '/'");

    public static async Task<TaskResult<CollectResultsOutput>> ExecuteAsync(CollectResultsInput input, TaskContext context)
    {
        try
        {
            return await CollectAsync(input, context);
        }
        catch (KeyNotFoundException e)
        {
            return new TaskResult<CollectResultsOutput>.Fail(ErrorClass.Fatal, $"of: {e.Message}");
        }
    }

    private static async Task<CollectResultsOutput> CollectAsync(CollectResultsInput input, TaskContext context)
    {
        var (children, without, count, bytes, inParts) = (0, 0, 0, 0, false);
        var rows = new List<JsonElement>();
        await foreach (var child in context.TaskData.ReadChildrenAsync(input.Of, context.Cancellation))
        {
            children++;
            if (child.Result is not { } result || JsonPointer.Find(result, input.Path) is not { } found)
            {
                without++;
                continue;
            }
            foreach (var row in found.ValueKind == JsonValueKind.Array ? found.EnumerateArray().AsEnumerable() : [found])
            {
                var size = Encoding.UTF8.GetByteCount(row.GetRawText());
                if (bytes + size > MostBytes && rows.Count > 0)
                {
                    await AppendAsync(rows, context);
                    (bytes, inParts) = (0, true);
                }
                rows.Add(row);
                (bytes, count) = (bytes + size, count + 1);
            }
        }
        if (!inParts)
            return new CollectResultsOutput(children, without, count, rows);
        await AppendAsync(rows, context);
        return new CollectResultsOutput(children, without, count, null);
    }

    private static async Task AppendAsync(List<JsonElement> rows, TaskContext context)
    {
        await context.TaskData.AppendResultAsync(
            JsonSerializer.SerializeToElement<IReadOnlyList<JsonElement>>(rows, CollectResultsJson.Default.IReadOnlyListJsonElement),
            context.Cancellation);
        rows.Clear();
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CollectResultsInput))]
[JsonSerializable(typeof(CollectResultsOutput))]
[JsonSerializable(typeof(IReadOnlyList<JsonElement>))]
internal sealed partial class CollectResultsJson : JsonSerializerContext;
