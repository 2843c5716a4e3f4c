using System.Text.Json;
using System.Text.Json.Serialization;
using TaskMesh.Core.Contract;

namespace TaskMesh.Tasks.Scans;

/// <summary>
/// What the shards of a scan have in common, as data of their collection: a shard stays a few bytes long, however many targets it is cut from.
/// </summary>
/// <param name="Targets">As the scan's input takes them.</param>
/// <param name="Ports">Of scans of addresses.</param>
/// <param name="Since">When the scan began: what is not seen from then on is gone.</param>
/// <param name="Words">Of scans of names.</param>
internal sealed record ScanTargets(
    IReadOnlyList<string> Targets, string Ports, DateTimeOffset Since, IReadOnlyList<string>? Words = null)
{
    private const string KeyPrefix = "scan ";

    /// <returns>The name of the data.</returns>
    public async Task<string> WriteAsync(TaskContext context)
    {
        var key = KeyPrefix + context.TaskId;
        var json = JsonSerializer.SerializeToElement(this, ScanTargetsJson.Default.ScanTargets);
        await context.TaskData.WriteSharedAsync(key, json, context.Cancellation);
        return key;
    }

    /// <returns>Null where the collection has no such data.</returns>
    public static async Task<ScanTargets?> ReadAsync(string key, TaskContext context) =>
        (await context.TaskData.ReadSharedAsync(key, context.Cancellation))?.Deserialize(ScanTargetsJson.Default.ScanTargets);

    /// <param name="targets">The input's own; used where it names no data.</param>
    /// <param name="key">The data that it names.</param>
    public static async Task<IReadOnlyList<string>?> ReadAsync(IReadOnlyList<string> targets, string? key, TaskContext context) =>
        key is null ? targets : (await ReadAsync(key, context))?.Targets;

    /// <summary>What is wrong with an input that has both or neither of the two.</summary>
    public static void Check(IReadOnlyList<string> targets, string? key, InputCheck check, string field = "targets") =>
        check.Require(targets.Count > 0 != key is not null, field, $"a scan needs at least one, or else the name of data in {field}In");
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ScanTargets))]
internal sealed partial class ScanTargetsJson : JsonSerializerContext;
