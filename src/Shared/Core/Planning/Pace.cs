using TaskMesh.Core.Contract;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Core.Planning;

/// <summary>How long a collection's packets take: at the rate that each scan was told, and what networks, organisation and pool allow.</summary>
internal static class Pace
{
    /// <param name="most">With every packet that may be needed, instead of one for each question.</param>
    /// <returns>Null if nobody can tell.</returns>
    public static WorkTime? Of(CollectionPlan plan, IReadOnlyDictionary<Guid, TaskOutlook> tasks, MeshFacts mesh, int workers, bool most)
    {
        var slots = workers * (mesh.Parallelism ?? 1);
        var containers = plan.Containers.ToLookup(container => container.Parent);
        var leaves = plan.Tasks.ToLookup(task => task.Container);
        var generators = plan.Generators.ToLookup(generator => generator.Container, generator => tasks[generator.Task]);
        if (most && tasks.Values.Any(task => task.Unknown is not null || task.Forecast is { Questions: not null, MostPackets: null }))
            return null;
        return TimeOf(plan.Containers.Single(container => container.Parent is null));

        WorkTime TimeOf(ContainerPlan container)
        {
            var together = Math.Min(container.FirstRelease, slots);
            WorkTime[] times =
            [
                .. containers[container.Id].Select(TimeOf),
                .. leaves[container.Id].Select(task => tasks[task.Id]).Where(task => task.Forecast is { ChildKind: null }).Select(
                    task => TimeOfScan(task, 1)),
                .. generators[container.Id].Where(task => task.Forecast is { Children: > 0 }).Select(
                    task => TimeOfScan(task, Math.Min(task.Forecast!.Children, together))),
            ];
            var busy = times.Sum(time => time.Busy);
            return container.FirstRelease == 1
                ? new(times.Sum(time => time.Seconds), busy)
                : new(Math.Max(times.Select(time => time.Seconds).DefaultIfEmpty().Max(), busy / together), busy);
        }

        WorkTime TimeOfScan(TaskOutlook task, int atOnce)
        {
            var forecast = task.Forecast!;
            var packets = (most ? forecast.MostPackets : forecast.Questions) ?? 0;
            if (packets == 0)
                return new(0, 0);
            var seconds = packets / RateOf(task, forecast, atOnce);
            return new(seconds, seconds * atOnce);
        }

        double RateOf(TaskOutlook task, Forecast forecast, int atOnce)
        {
            var networks = TargetNetwork.RangesOf(task.Addresses).Sum(range => (double)(range.End - range.First));
            return new[]
            {
                (double)forecast.Rate * atOnce,
                networks > 0 ? networks * mesh.NetworkRate : double.MaxValue,
                mesh.OrganisationRate ?? double.MaxValue,
                (task.ChildPool ?? task.Pool) is { } pool && mesh.PoolRates.TryGetValue(pool, out var rate) ? rate : double.MaxValue,
            }.Min();
        }
    }
}

/// <param name="Busy">Seconds of all tasks added up.</param>
internal readonly record struct WorkTime(double Seconds, double Busy);
