using TaskMesh.Core.Configuration;

namespace TaskMesh.Cli.Local;

/// <summary>What of this command's environment is for the hosts of the mesh that it starts; docs/local.md lists the same.</summary>
internal static class LocalSettings
{
    private static readonly string[] Manager =
    [
        "MAX_BARE_METAL_WORKERS", "BARE_METAL_WORKER_SUBNETS", "TASKMESH_MANAGER_TASKS_PER_WORKER", "TASKMESH_MANAGER_MIN_WORKERS",
        "TASKMESH_MANAGER_INSTANCE_TYPES", "TASKMESH_MANAGER_LAUNCH_ORDER", "TASKMESH_MANAGER_SPOT", "TASKMESH_MANAGER_BOOT_DEADLINE",
        "TASKMESH_MANAGER_COST_CAP", "TASKMESH_MANAGER_PRICES", "TASKMESH_MANAGER_RATE_LIMITS", "TASKMESH_EXTERNAL_SLOTS",
        "TASKMESH_INTERNAL_SLOTS", "TASKMESH_RETENTION", "TASKMESH_KEEP_SUCCEEDED", "TASKMESH_KEEP_FAILED",
    ];

    private static readonly string[] External =
        ["TASKMESH_EXTERNAL_CONTACT", "TASKMESH_EXTERNAL_PROVIDERS", "TASKMESH_EXTERNAL_KEYS", "TASKMESH_EXTERNAL_MEMBERS"];

    /// <exception cref="SettingsException">One that this command reads itself is wrong; the hosts name theirs in their logs.</exception>
    public static LocalMeshOptions Read(string folder, IReadOnlyDictionary<string, string> environment)
    {
        var reader = new SettingsReader(environment);
        var idle = reader.Duration("BARE_METAL_IDLE_TIMEOUT", TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(1), TimeSpan.FromHours(24));
        reader.ThrowIfWrong();
        return new LocalMeshOptions(folder)
        {
            WorkerIdleTimeout = idle,
            ManagerEnvironment = Of(Manager, environment),
            ExternalEnvironment = Of(External, environment),
        };
    }

    private static Dictionary<string, string> Of(string[] names, IReadOnlyDictionary<string, string> environment) =>
        environment.Where(variable => names.Contains(variable.Key)).ToDictionary();
}
