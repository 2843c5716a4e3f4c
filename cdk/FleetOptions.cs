using System.Globalization;
using TaskMesh.Core.Fleet;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Cdk;

/// <summary>What the context says about bare-metal workers.</summary>
/// <param name="MaxWorkers">The cap.</param>
/// <param name="InstanceTypes">In the order in which they are asked; the first is the launch template's own.</param>
/// <param name="Architecture">Of the image, the worker and all types.</param>
/// <param name="Settings">The Manager's variables that the context has values for.</param>
public sealed record FleetOptions(
    int MaxWorkers, IReadOnlyList<string> InstanceTypes, CpuArchitecture Architecture, IReadOnlyDictionary<string, string> Settings)
{
    private const int DefaultWorkers = 5;

    private const int MostWorkers = 1_000;

    private static readonly string[] Arm64 = ["t4g.micro", "t4g.small", "c8gd.medium", "c7g.medium"];

    private static readonly string[] X64 = ["t3.micro", "t3.small", "c7i.large", "c6i.large"];

    /// <summary>By the name in the context: the Manager's variable, and what its values must be.</summary>
    private static readonly (string Name, string Variable, Func<string, bool> IsRight, string Rule)[] Others =
    [
        ("spot", "TASKMESH_MANAGER_SPOT", text => text is "0" or "1", "1 for spot before on-demand, or 0"),
        ("minWorkers", "TASKMESH_MANAGER_MIN_WORKERS", text => MinimumFleet.TryParse(text, out _),
            "a number, or a number and a time such as 1 Mon,Tue 08:00-18:00 Europe/Berlin"),
        ("costCap", "TASKMESH_MANAGER_COST_CAP", IsPrice, "US dollars an hour, such as 0.05"),
        ("prices", "TASKMESH_MANAGER_PRICES",
            text => text.Split(',').All(entry => entry.Split('=', 2) is [{ Length: > 0 }, var price] && IsPrice(price)),
            "a list of type=price, in US dollars an hour, such as template=0.0084,t4g.small=0.0168"),
        ("launchOrder", "TASKMESH_MANAGER_LAUNCH_ORDER", text => text is "type" or "subnet", "type or subnet"),
        ("bootDeadline", "TASKMESH_MANAGER_BOOT_DEADLINE",
            text => Duration.TryParse(text, out var deadline) && deadline >= TimeSpan.FromSeconds(1) && deadline <= TimeSpan.FromHours(1),
            "a duration from 1s to 1h"),
    ];

    internal static FleetOptions Read(ContextReader reader)
    {
        var architecture = reader.OneOf("architecture", CpuArchitecture.Arm64);
        var types = reader.Checked(
            "instanceTypes",
            text => text.Split(',').All(type => InstanceTypeName.TryParse(type, out var known) && known.Architecture == architecture),
            $"a list of {architecture} types such as {string.Join(',', Of(architecture))}");
        return new(
            reader.Number("maxBareMetalWorkers", DefaultWorkers, 0, MostWorkers),
            types?.Split(',') ?? Of(architecture),
            architecture,
            Others.Select(other => (other.Variable, Value: reader.Checked(other.Name, other.IsRight, other.Rule)))
                .Where(setting => setting.Value is not null).ToDictionary(setting => setting.Variable, setting => setting.Value!));
    }

    private static string[] Of(CpuArchitecture architecture) => architecture == CpuArchitecture.Arm64 ? Arm64 : X64;

    private static bool IsPrice(string text) => decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);
}
