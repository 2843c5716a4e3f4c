using TaskMesh.Core;
using TaskMesh.Core.Configuration;
using TaskMesh.Core.Metrics;
using TaskMesh.Core.Planning;
using TaskMesh.Core.Routing;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Manager;

/// <summary>What the Manager takes from its environment.</summary>
/// <param name="Pools">In the order in which the router asks them.</param>
/// <param name="Queues">Queue URL by pool.</param>
/// <param name="RateLimits">By the name that kinds declare.</param>
/// <param name="ObjectsBucket">Where large values are kept; null if nowhere.</param>
/// <param name="LargestMessageBytes">What SQS takes (1 MiB), less room for the envelope.</param>
public sealed record ManagerSettings(
    string Database,
    string ManagerQueue,
    IReadOnlyList<Pool> Pools,
    IReadOnlyDictionary<string, string> Queues,
    IReadOnlyDictionary<string, RateLimit> RateLimits,
    FleetSettings Fleet,
    RetentionSettings Retention,
    string? ObjectsBucket,
    int LargestMessageBytes = ManagerSettings.DefaultLargestMessageBytes)
{
    public const int DefaultLargestMessageBytes = 1024 * 1024 - 4096;

    /// <summary>Whether the database takes tokens of IAM for passwords.</summary>
    public bool DatabaseIam { get; init; }

    /// <summary>Named in metrics; null tells none.</summary>
    public string? Stage { get; init; }

    /// <summary>What `taskmesh plan` foretells by.</summary>
    public MeshRules Rules => new(
        Pools,
        PoolSettings.BareMetalPool,
        Fleet.MaxWorkers,
        Fleet.TasksPerWorker,
        Fleet.Configuration,
        Fleet.TemplateType,
        Fleet.Cost.Cap,
        [.. Fleet.Cells.Select(cell => new PricedCell(cell, Fleet.PriceOf(cell)))])
    {
        LaunchTemplate = Fleet.LaunchTemplate,
        LaunchTemplateVersion = Fleet.LaunchTemplateVersion,
    };

    /// <exception cref="InfrastructureException">The pool has gone from the configuration.</exception>
    public string QueueOf(string pool) =>
        Queues.TryGetValue(pool, out var queue) ? queue : throw new InfrastructureException($"the pool '{pool}' is not configured");

    public static ManagerSettings Read(IReadOnlyDictionary<string, string> environment)
    {
        var reader = new SettingsReader(environment);
        var pools = PoolSettings.Read(reader);
        var settings = new ManagerSettings(
            reader.Required("TASKMESH_DATABASE"),
            reader.Required("TASKMESH_MANAGER_QUEUE_URL"),
            [.. pools.Select(pool => pool.Pool)],
            pools.DistinctBy(pool => pool.Pool.Name).ToDictionary(pool => pool.Pool.Name, pool => pool.Queue),
            ReadRateLimits(reader),
            FleetSettings.Read(reader),
            RetentionSettings.Read(reader),
            reader.Optional("TASKMESH_OBJECTS_BUCKET"))
        {
            DatabaseIam = reader.Switch("TASKMESH_DATABASE_IAM"),
            Stage = reader.Optional(Meter.Variable),
        };
        reader.ThrowIfWrong();
        return settings;
    }

    private static Dictionary<string, RateLimit> ReadRateLimits(SettingsReader reader)
    {
        const string variable = "TASKMESH_MANAGER_RATE_LIMITS";
        var limits = new Dictionary<string, RateLimit>();
        foreach (var text in reader.List(variable, "crt.sh=1/1s:5"))
        {
            if (RateLimit.TryParse(text, out var limit))
                limits[limit.Bucket] = limit;
            else
                reader.Wrong(variable, $"'{text}' is not name=count/time or name=count/time:burst, such as crt.sh=60/1m:5");
        }
        return limits;
    }
}
