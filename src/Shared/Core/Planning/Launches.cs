using TaskMesh.Core.Fleet;

namespace TaskMesh.Core.Planning;

/// <summary>Which launches work leads to, if EC2 refuses none and no worker leaves or is lost: the fleet's own rules asked beforehand.</summary>
public static class Launches
{
    /// <param name="work">Raw tasks that are in flight or ready at once, besides what there is.</param>
    /// <returns>The cells, and why there are no more although more are needed; null if there is no such reason.</returns>
    public static (IReadOnlyList<PricedCell> Cells, string? Held) Of(int work, MeshFacts mesh)
    {
        var (rules, demand) = (mesh.Rules, mesh.Demand);
        if (work == 0)
            return ([], null);
        var after = demand with { Work = (int)Math.Min((long)demand.Work + work, rules.CountUpTo) };
        var needed = FleetPolicy.Needed(after, rules.TasksPerWorker, mesh.Minimum);
        if (demand.IsHeld)
            return ([], "nobody launches for now; `taskmesh fleet` says why and until when");
        if (needed == 0)
            return ([], rules.MaxWorkers == 0 ? "MAX_BARE_METAL_WORKERS is 0" : null);

        var memory = new LaunchMemory(mesh.Refusals, rules.TemplateType);
        var guard = new CostGuard(
            rules.CostCap,
            rules.Cells.Where(cell => cell.Price is not null).DistinctBy(cell => cell.Cell.InstanceType)
                .ToDictionary(cell => cell.Cell.InstanceType ?? CostGuard.Template, cell => cell.Price!.Value));
        var (types, cells) = (mesh.Types.ToList(), new List<PricedCell>());
        var open = rules.Cells.Where(cell => memory.Skips(cell.Cell) is null).ToArray();
        if (open.Length == 0)
            return ([], "every type and subnet has refused and rests; `taskmesh fleet` says until when");
        while (cells.Count < needed)
        {
            if (open.FirstOrDefault(cell => guard.Refusal([.. types, cell.Cell.InstanceType]) is null) is not { } cell)
                return (cells, $"the cost ceiling: {guard.Refusal([.. types, open[0].Cell.InstanceType])}");
            cells.Add(cell);
            types.Add(cell.Cell.InstanceType);
        }
        return (cells, null);
    }
}
