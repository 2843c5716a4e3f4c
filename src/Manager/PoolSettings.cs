using System.Text.Json;
using System.Text.Json.Serialization;
using TaskMesh.Core.Configuration;
using TaskMesh.Core.Routing;

namespace TaskMesh.Manager;

/// <summary>The pools of the Manager's environment: those for a place, a licence or a scanner, then the default one of each class.</summary>
public static class PoolSettings
{
    public const string ExternalPool = "external";
    public const string InternalPool = "internal";
    public const string BareMetalPool = "bare-metal";

    /// <summary>
    /// More pools as JSON, asked in this order before the default ones:
    /// [{"name":"bare-metal-dmz","class":"BareMetal","slots":4,"labels":{"net":"dmz"},"kinds":["tcp-*"],"queueUrl":"…"}].
    /// </summary>
    private const string Variable = "TASKMESH_MANAGER_POOLS";

    private const int MostSlots = 100_000;

    private static readonly Dictionary<string, string> NoLabels = [];

    public static IReadOnlyList<(Pool Pool, string Queue)> Read(SettingsReader reader) =>
    [
        .. Configured(reader),
        (
            new Pool(ExternalPool, WorkerClass.External, reader.Number("TASKMESH_EXTERNAL_SLOTS", 100, 1, MostSlots), NoLabels, []),
            reader.Required("TASKMESH_EXTERNAL_QUEUE_URL")),
        (
            new Pool(InternalPool, WorkerClass.Internal, reader.Number("TASKMESH_INTERNAL_SLOTS", 100, 1, MostSlots), NoLabels, []),
            reader.Required("TASKMESH_INTERNAL_QUEUE_URL")),
        (new Pool(BareMetalPool, WorkerClass.BareMetal, 1, NoLabels, []), reader.Required("TASKMESH_BARE_METAL_QUEUE_URL")),
    ];

    private static IEnumerable<(Pool Pool, string Queue)> Configured(SettingsReader reader)
    {
        var configured = Parse(reader);
        foreach (var pool in configured)
        {
            if (pool.Slots is < 1 or > MostSlots)
                reader.Wrong(Variable, $"'{pool.Name}' has {pool.Slots} slots; 1 to {MostSlots} are possible");
        }
        foreach (var twice in configured.Select(pool => pool.Name).Concat([ExternalPool, InternalPool, BareMetalPool]).CountBy(name => name)
            .Where(name => name.Value > 1))
            reader.Wrong(Variable, $"there are {twice.Value} pools of the name '{twice.Key}'");
        return configured.Select(pool => (new Pool(pool.Name, pool.Class, pool.Slots, pool.Labels ?? NoLabels, pool.Kinds ?? []), pool.QueueUrl));
    }

    private static ConfiguredPool[] Parse(SettingsReader reader)
    {
        if (reader.Optional(Variable) is not { } text)
            return [];
        try
        {
            return JsonSerializer.Deserialize(text, PoolJson.Default.ConfiguredPoolArray) ?? [];
        }
        catch (JsonException e)
        {
            reader.Wrong(Variable, $"is no list of pools: {e.Message}");
            return [];
        }
    }
}

internal sealed record ConfiguredPool(
    string Name,
    WorkerClass Class,
    string QueueUrl,
    int Slots = 1,
    IReadOnlyDictionary<string, string>? Labels = null,
    IReadOnlyList<string>? Kinds = null);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Strict, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ConfiguredPool[]))]
internal sealed partial class PoolJson : JsonSerializerContext;
