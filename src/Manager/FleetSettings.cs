using System.Globalization;
using TaskMesh.Core.Configuration;
using TaskMesh.Core.Fleet;

namespace TaskMesh.Manager;

/// <summary>How bare-metal workers are launched.</summary>
/// <param name="MaxWorkers">The cap; 0 launches none.</param>
/// <param name="InstanceTypes">Tried in this order after the launch template's own.</param>
/// <param name="Cost">TASKMESH_MANAGER_COST_CAP and TASKMESH_MANAGER_PRICES: what all workers together may cost an hour.</param>
/// <param name="Subnets">In different zones; empty takes the launch template's own.</param>
public sealed record FleetSettings(
    int MaxWorkers,
    int TasksPerWorker,
    string LaunchTemplate,
    string LaunchTemplateVersion,
    IReadOnlyList<string> InstanceTypes,
    IReadOnlyList<string> Subnets,
    CostGuard Cost)
{
    public static FleetSettings Read(SettingsReader reader) => new(
        reader.Number("MAX_BARE_METAL_WORKERS", 5, 0, 1_000),
        reader.Number("TASKMESH_MANAGER_TASKS_PER_WORKER", 4, 1, 10_000),
        reader.Optional("TASKMESH_MANAGER_LAUNCH_TEMPLATE") ?? "taskmesh-bare-metal-worker",
        reader.Optional("TASKMESH_MANAGER_LAUNCH_TEMPLATE_VERSION") ?? "$Latest",
        reader.List("TASKMESH_MANAGER_INSTANCE_TYPES", "t4g.micro", "t4g.small", "c8gd.medium", "c7g.medium"),
        reader.List("BARE_METAL_WORKER_SUBNETS"),
        ReadCost(reader));

    private static CostGuard ReadCost(SettingsReader reader)
    {
        const string cap = "TASKMESH_MANAGER_COST_CAP";
        const string prices = "TASKMESH_MANAGER_PRICES";
        var known = new Dictionary<string, decimal>();
        foreach (var entry in reader.List(prices))
        {
            if (entry.Split('=', 2) is [{ Length: > 0 } type, var text] && TryPrice(text, out var price))
                known[type] = price;
            else
                reader.Wrong(prices, $"'{entry}' is not type=price an hour, such as t4g.micro=0.0084");
        }
        if (reader.Optional(cap) is not { } ceiling)
            return new CostGuard(null, known);
        if (!TryPrice(ceiling, out var most))
            reader.Wrong(cap, $"'{ceiling}' is not a price an hour, such as 0.05");
        return new CostGuard(most, known);
    }

    private static bool TryPrice(string text, out decimal price) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out price);
}
