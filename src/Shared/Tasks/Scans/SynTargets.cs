using System.Text.Json;
using System.Text.Json.Serialization;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Scope;

namespace TaskMesh.Tasks.Scans;

/// <summary>
/// What the shards of a scan have in common, as data of their collection: a shard stays a few bytes long, however many targets it is cut from.
/// </summary>
/// <param name="Targets">Ranges, ascending.</param>
/// <param name="Since">When the scan began: what is not seen from then on is gone.</param>
internal sealed record SynTargets(IReadOnlyList<string> Targets, string Ports, DateTimeOffset Since)
{
    private const string KeyPrefix = "tcp-syn ";

    public AddressSet Addresses => new(Targets.Select(AddressRange.Parse));

    /// <returns>The name of the data.</returns>
    public async Task<string> WriteAsync(TaskContext context)
    {
        var key = KeyPrefix + context.TaskId;
        var json = JsonSerializer.SerializeToElement(this, SynTargetsJson.Default.SynTargets);
        await context.TaskData.WriteSharedAsync(key, json, context.Cancellation);
        return key;
    }

    /// <returns>Null where the collection has no such data.</returns>
    public static async Task<SynTargets?> ReadAsync(string key, TaskContext context) =>
        (await context.TaskData.ReadSharedAsync(key, context.Cancellation))?.Deserialize(SynTargetsJson.Default.SynTargets);

    public static async Task<AddressSet?> ReadAsync(TcpSynInput input, TaskContext context) => input.TargetsIn is { } key
        ? (await ReadAsync(key, context))?.Addresses
        : new AddressSet(input.Targets.Select(AddressRange.Parse));
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SynTargets))]
internal sealed partial class SynTargetsJson : JsonSerializerContext;
