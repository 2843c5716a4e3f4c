using TaskMesh.Core.Configuration;

namespace TaskMesh.Manager;

/// <summary>How bare-metal workers are launched.</summary>
/// <param name="MaxWorkers">The cap; 0 launches none.</param>
/// <param name="InstanceTypes">Tried in this order after the launch template's own.</param>
/// <param name="Subnets">In different zones; empty takes the launch template's own.</param>
public sealed record FleetSettings(
    int MaxWorkers,
    int TasksPerWorker,
    string LaunchTemplate,
    string LaunchTemplateVersion,
    IReadOnlyList<string> InstanceTypes,
    IReadOnlyList<string> Subnets)
{
    public static FleetSettings Read(SettingsReader reader) => new(
        reader.Number("MAX_BARE_METAL_WORKERS", 5, 0, 1_000),
        reader.Number("TASKMESH_MANAGER_TASKS_PER_WORKER", 4, 1, 10_000),
        reader.Optional("TASKMESH_MANAGER_LAUNCH_TEMPLATE") ?? "taskmesh-bare-metal-worker",
        reader.Optional("TASKMESH_MANAGER_LAUNCH_TEMPLATE_VERSION") ?? "$Latest",
        reader.List("TASKMESH_MANAGER_INSTANCE_TYPES", "t4g.micro", "t4g.small", "c8gd.medium", "c7g.medium"),
        reader.List("BARE_METAL_WORKER_SUBNETS"));
}
