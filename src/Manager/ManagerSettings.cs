using TaskMesh.Core.Configuration;
using TaskMesh.Core.Routing;

namespace TaskMesh.Manager;

/// <summary>What the Manager takes from its environment.</summary>
/// <param name="Pools">In the order in which the router asks them.</param>
/// <param name="Queues">Queue URL by pool.</param>
/// <param name="ObjectsBucket">Where large values are kept; null if nowhere.</param>
/// <param name="LargestMessageBytes">What SQS takes (1 MiB), less room for the envelope.</param>
public sealed record ManagerSettings(
    string Database,
    string ManagerQueue,
    IReadOnlyList<Pool> Pools,
    IReadOnlyDictionary<string, string> Queues,
    FleetSettings Fleet,
    RetentionSettings Retention,
    string? ObjectsBucket,
    int LargestMessageBytes = ManagerSettings.DefaultLargestMessageBytes)
{
    public const int DefaultLargestMessageBytes = 1024 * 1024 - 4096;

    public const string ExternalPool = "external";
    public const string InternalPool = "internal";
    public const string BareMetalPool = "bare-metal";

    private static readonly Dictionary<string, string> NoLabels = [];

    public string QueueOf(string pool) => Queues[pool];

    public static ManagerSettings Read(IReadOnlyDictionary<string, string> environment)
    {
        var reader = new SettingsReader(environment);
        var settings = new ManagerSettings(
            reader.Required("TASKMESH_DATABASE"),
            reader.Required("TASKMESH_MANAGER_QUEUE_URL"),
            [
                new Pool(ExternalPool, WorkerClass.External, reader.Number("TASKMESH_EXTERNAL_SLOTS", 100, 1, 100_000), NoLabels, []),
                new Pool(InternalPool, WorkerClass.Internal, reader.Number("TASKMESH_INTERNAL_SLOTS", 100, 1, 100_000), NoLabels, []),
                new Pool(BareMetalPool, WorkerClass.BareMetal, 1, NoLabels, []),
            ],
            new Dictionary<string, string>
            {
                [ExternalPool] = reader.Required("TASKMESH_EXTERNAL_QUEUE_URL"),
                [InternalPool] = reader.Required("TASKMESH_INTERNAL_QUEUE_URL"),
                [BareMetalPool] = reader.Required("TASKMESH_BARE_METAL_QUEUE_URL"),
            },
            FleetSettings.Read(reader),
            RetentionSettings.Read(reader),
            reader.Optional("TASKMESH_OBJECTS_BUCKET"));
        reader.ThrowIfWrong();
        return settings;
    }
}
