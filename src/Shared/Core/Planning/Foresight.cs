using TaskMesh.Core.Contract;
using TaskMesh.Core.Routing;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Core.Planning;

/// <summary>Foretells a collection with the rules that the Manager and its generators go by; asks nobody and changes nothing.</summary>
public static class Foresight
{
    public static Outlook Of(CollectionPlan plan, TaskCatalogue catalogue, MeshFacts mesh)
    {
        var guard = new ScopeGuard(plan.Scope);
        var tasks = plan.Tasks.ToDictionary(task => task.Id, task => Look(task, plan, catalogue, mesh.Rules, guard));
        var raw = (int)Math.Min(PeakWork.Of(plan, tasks, mesh.Rules.LaunchPool), int.MaxValue);
        var (launches, held) = Launches.Of(raw, mesh);
        var workers = Math.Max(mesh.Demand.Capacity + launches.Count, 1);
        var least = Pace.Of(plan, tasks, mesh, workers, most: false);
        var most = Pace.Of(plan, tasks, mesh, workers, most: true);
        var price = mesh.Rules.Cells.Count == 0 ? null : (launches.Count > 0 ? launches[0] : mesh.Rules.Cells[0]).Price;
        return new Outlook(
            [.. plan.Tasks.Select(task => tasks[task.Id])],
            raw,
            launches,
            held,
            new(least!.Value.Seconds, most?.Seconds),
            price is null ? null : new(CostOf(least.Value, price.Value, mesh), most is { } work ? CostOf(work, price.Value, mesh) : null),
            [.. plan.Tasks.Select(task => tasks[task.Id].Unknown).OfType<string>()]);
    }

    /// <summary>As `taskmesh cost` counts it: a task's time on an instance, shared by as many as run there at once.</summary>
    private static decimal CostOf(WorkTime work, decimal price, MeshFacts mesh) =>
        (decimal)Math.Min(work.Busy, 1e15) * price / 3600 / (mesh.Parallelism ?? 1);

    private static TaskOutlook Look(TaskPlan task, CollectionPlan plan, TaskCatalogue catalogue, MeshRules rules, ScopeGuard guard)
    {
        var entry = catalogue.Find(task.Kind)!;
        var check = entry.Check(task.Input);
        var forecast = entry.Foresee(task.Input);
        var targets = new AddressSet(check.Ranges);
        return new TaskOutlook(
            task.Name,
            entry,
            task.Pool,
            forecast,
            forecast?.ChildKind is { } kind ? PoolOf(kind, plan, catalogue, rules) : null,
            targets,
            targets.Except(guard.Allowed),
            check.Names,
            UnknownOf(task, entry, forecast));
    }

    private static string? PoolOf(string kind, CollectionPlan plan, TaskCatalogue catalogue, MeshRules rules) => catalogue.Find(kind) is { } entry
        ? TaskRouter.Choose(rules.Pools, TaskRouter.Route(entry.Requirements), kind, plan.Labels)?.Name
        : null;

    private static string? UnknownOf(TaskPlan task, TaskEntry entry, Forecast? forecast)
    {
        var what = entry.IsGenerator ? "how many tasks it makes" : "how long it scans";
        if (forecast is not null || !entry.IsGenerator && TaskRouter.Route(entry.Requirements) != WorkerClass.BareMetal)
            return null;
        var sources = InputReferences.Names(task.Input);
        return sources.Count == 0
            ? $"{task.Name}: {what} is not known before it runs"
            : $"{task.Name}: {what} is not known before {string.Join(", ", sources.Order().Select(source => $"'{source}'"))} has ended";
    }
}
