using TaskMesh.Core.Configuration;
using TaskMesh.Core.Execution;
using TaskMesh.Core.Metrics;
using TaskMesh.Workers.BareMetal.Scanning;

namespace TaskMesh.Workers.BareMetal;

/// <summary>What a bare-metal worker takes from its environment.</summary>
/// <param name="WorkerId">For workers outside EC2; on EC2 the instance's id is asked of the metadata service.</param>
/// <param name="Pool">Whose tasks it takes: the Manager's name for the queue.</param>
/// <param name="Parallelism">How many tasks run at once; 0 in the environment means one per core.</param>
/// <param name="IdleTimeout">Without work for this long, the worker leaves.</param>
/// <param name="MaxLifetime">After this time it leaves whatever there is to do; another takes over.</param>
public sealed record BareMetalWorkerSettings(
    string Database,
    string TaskQueue,
    string ManagerQueue,
    string? WorkerId,
    string Pool,
    int Parallelism,
    TimeSpan IdleTimeout,
    ScanSettings Scanning,
    TimeSpan MaxLifetime,
    string? ObjectsBucket = null,
    ResultLimits? Results = null)
{
    /// <summary>What running tasks get to finish when the worker is told to stop.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    /// <summary>What they get when EC2 wants the machine back: it says so two minutes before.</summary>
    public static readonly TimeSpan NoticeGrace = TimeSpan.FromSeconds(90);

    public static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(65);

    /// <summary>Whether the database takes tokens of IAM for passwords.</summary>
    public bool DatabaseIam { get; init; }

    /// <summary>Named in metrics; null tells none.</summary>
    public string? Stage { get; init; }


    public static BareMetalWorkerSettings Read(IReadOnlyDictionary<string, string> environment)
    {
        var reader = new SettingsReader(environment);
        var parallelism = reader.Number("TASKMESH_BARE_METAL_PARALLELISM", 0, 0, 1_000);
        var settings = new BareMetalWorkerSettings(
            reader.Required("TASKMESH_DATABASE"),
            reader.Required("TASKMESH_BARE_METAL_QUEUE_URL"),
            reader.Required("TASKMESH_MANAGER_QUEUE_URL"),
            reader.Optional("TASKMESH_BARE_METAL_WORKER_ID"),
            reader.Optional("TASKMESH_BARE_METAL_POOL") ?? "bare-metal",
            parallelism == 0 ? Environment.ProcessorCount : parallelism,
            reader.Duration("BARE_METAL_IDLE_TIMEOUT", TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(1), TimeSpan.FromHours(24)),
            ScanSettings.Read(reader),
            reader.Duration("TASKMESH_BARE_METAL_MAX_LIFETIME", TimeSpan.FromHours(24), TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)),
            reader.Optional("TASKMESH_OBJECTS_BUCKET"),
            ResultLimits.Read(reader))
        {
            DatabaseIam = reader.Switch("TASKMESH_DATABASE_IAM"),
            Stage = reader.Optional(Meter.Variable),
        };
        reader.ThrowIfWrong();
        return settings;
    }
}
