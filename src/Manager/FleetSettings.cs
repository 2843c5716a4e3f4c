using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TaskMesh.Core.Configuration;
using TaskMesh.Core.Fleet;

namespace TaskMesh.Manager;

/// <summary>How bare-metal workers are launched.</summary>
/// <param name="MaxWorkers">The cap; 0 launches none.</param>
/// <param name="TemplateType">The launch template's own instance type: what it is asked for as is for the template to say.</param>
/// <param name="Cells">The matrix: the launch template's own type, then the configured ones, in every subnet.</param>
/// <param name="Minimum">How many workers there shall be without any work, and when; null for none.</param>
/// <param name="Cost">TASKMESH_MANAGER_COST_CAP and TASKMESH_MANAGER_PRICES: what all workers together may cost an hour.</param>
public sealed record FleetSettings(
    int MaxWorkers,
    int TasksPerWorker,
    string LaunchTemplate,
    string LaunchTemplateVersion,
    string TemplateType,
    IReadOnlyList<LaunchCell> Cells,
    TimeSpan BootDeadline,
    MinimumFleet? Minimum,
    CostGuard Cost)
{
    /// <summary>Changes when anything does that an answer of EC2 may have been about, a new release included.</summary>
    public string Configuration => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(
        '|',
        [LaunchTemplate, LaunchTemplateVersion, $"{typeof(FleetSettings).Assembly.GetName().Version}", .. Cells.Select(cell => $"{cell}")]))))[..16];

    /// <summary>Work is counted no further: more changes nothing.</summary>
    public int CountUpTo => MaxWorkers * TasksPerWorker + 1;

    public int MinimumAt(DateTimeOffset now) => Math.Min(MaxWorkers, Minimum?.At(now) ?? 0);

    public decimal? PriceOf(LaunchCell cell) => Cost.Prices.TryGetValue(cell.InstanceType ?? CostGuard.Template, out var price) ? price : null;

    private const string TemplateTypeVariable = "TASKMESH_MANAGER_TEMPLATE_TYPE";

    public static FleetSettings Read(SettingsReader reader) => new(
        reader.Number("MAX_BARE_METAL_WORKERS", 5, 0, 1_000),
        reader.Number("TASKMESH_MANAGER_TASKS_PER_WORKER", 4, 1, 10_000),
        reader.Optional("TASKMESH_MANAGER_LAUNCH_TEMPLATE") ?? "taskmesh-bare-metal-worker",
        reader.Optional("TASKMESH_MANAGER_LAUNCH_TEMPLATE_VERSION") ?? "$Latest",
        reader.Optional(TemplateTypeVariable) ?? "t4g.micro",
        ReadCells(reader),
        reader.Duration("TASKMESH_MANAGER_BOOT_DEADLINE", TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
        ReadMinimum(reader),
        ReadCost(reader));

    /// <summary>EC2 would refuse a type of another architecture than the image's, and that stops all launches.</summary>
    private static IReadOnlyList<LaunchCell> ReadCells(SettingsReader reader)
    {
        const string typesVariable = "TASKMESH_MANAGER_INSTANCE_TYPES";
        var types = reader.List(typesVariable, "t4g.micro", "t4g.small", "c8gd.medium", "c7g.medium");
        var architecture = reader.Choice("TASKMESH_MANAGER_IMAGE_ARCHITECTURE", CpuArchitecture.Arm64);
        foreach (var (variable, type) in types.Select(type => (typesVariable, type)).Append(
            (TemplateTypeVariable, reader.Optional(TemplateTypeVariable) ?? "t4g.micro")))
        {
            if (!InstanceTypeName.TryParse(type, out var known))
                reader.Wrong(variable, $"'{type}' is no instance type such as t4g.micro");
            else if (known.Architecture != architecture)
                reader.Wrong(variable, $"'{type}' is {known.Architecture} and the image is {architecture}");
        }
        return LaunchPlan.Cells(
            types,
            reader.List("BARE_METAL_WORKER_SUBNETS"),
            reader.Switch("TASKMESH_MANAGER_SPOT"),
            reader.Choice("TASKMESH_MANAGER_LAUNCH_ORDER", LaunchOrder.Type) == LaunchOrder.Subnet);
    }

    private static MinimumFleet? ReadMinimum(SettingsReader reader)
    {
        const string variable = "TASKMESH_MANAGER_MIN_WORKERS";
        if (reader.Optional(variable) is not { } text)
            return null;
        if (!MinimumFleet.TryParse(text, out var minimum))
            reader.Wrong(variable, $"'{text}' is not a number, or a number and a time such as 1 Mon,Tue 08:00-18:00 Europe/Berlin");
        return minimum;
    }

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
