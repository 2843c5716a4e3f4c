using TaskMesh.Core.Workflow;

namespace TaskMesh.Core.Planning;

/// <summary>
/// How many of a collection's tasks are in flight or ready at once, at most: of a sequence one child at a time, of a Parallel container all or the
/// greatest that its limit lets run together. Of two branches, of which one will be taken, the greater counts.
/// </summary>
internal static class PeakWork
{
    /// <param name="pool">Whose tasks.</param>
    public static long Of(CollectionPlan plan, IReadOnlyDictionary<Guid, TaskOutlook> tasks, string pool)
    {
        var containers = plan.Containers.ToLookup(container => container.Parent);
        var leaves = plan.Tasks.ToLookup(task => task.Container);
        var generators = plan.Generators.ToLookup(generator => generator.Container, generator => tasks[generator.Task]);
        return Width(plan.Containers.Single(container => container.Parent is null));

        long Width(ContainerPlan container)
        {
            var written = containers[container.Id].Select(Width).Concat(
                leaves[container.Id].Select(task => tasks[task.Id].Pool == pool ? 1L : 0));
            var made = generators[container.Id].Where(generator => generator.ChildPool == pool).Sum(generator => (long)generator.Forecast!.Children);
            // Beyond what all together would be, a limit is none.
            return container.FirstRelease == int.MaxValue
                ? written.Sum() + made
                : Greatest([.. written.OrderDescending()], made, container.FirstRelease);
        }
    }

    /// <summary>The sum of the greatest, where those that a generator made count 1 each.</summary>
    private static long Greatest(long[] written, long made, int places)
    {
        var taken = written.Take(places).TakeWhile(width => width > 0).ToArray();
        return taken.Sum() + Math.Min(made, places - taken.Length);
    }
}
