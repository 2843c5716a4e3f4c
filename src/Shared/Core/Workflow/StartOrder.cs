namespace TaskMesh.Core.Workflow;

/// <summary>
/// Finds generators that wait for what waits for them. A container ends after its children and after the generators that fill it; a child
/// starts after its container, and after as many earlier ones have ended as its container's order asks. A circle in that never starts.
/// </summary>
internal static class StartOrder
{
    public static IEnumerable<string> Deadlocks(
        IReadOnlyList<ContainerPlan> containers,
        IReadOnlyList<(Guid Id, CollectionDraft.Leaf Leaf)> tasks,
        IReadOnlyList<GeneratorPlan> generators)
    {
        var order = new Order();
        foreach (var container in containers)
            order.Add((container.Id, Event.Start), (container.Id, Event.End));
        foreach (var (id, _) in tasks)
            order.Add((id, Event.Start), (id, Event.End));
        foreach (var generator in generators)
            order.Add((generator.Task, Event.End), (generator.Container, Event.End));

        var children = containers.Where(child => child.Parent is not null).Select(child => (Parent: child.Parent!.Value, child.Ordinal, child.Id))
            .Concat(tasks.Select(task => (Parent: task.Leaf.Container, task.Leaf.Ordinal, task.Id)))
            .ToLookup(child => child.Parent);
        foreach (var container in containers)
            AddChildren(order, container, [.. children[container.Id].OrderBy(child => child.Ordinal).Select(child => child.Id)]);

        var stuck = order.Stuck();
        var names = tasks.ToDictionary(task => task.Id, task => task.Leaf.Node.Name);
        return generators.Where(generator => stuck.Contains((generator.Task, Event.Start))).Select(
            generator => $"{names[generator.Task]}: {TreeShape.Into}: it can never start, because the container that it fills must end before");
    }

    private static void AddChildren(Order order, ContainerPlan container, Guid[] children)
    {
        var together = container.Mode == ContainerMode.Sequential ? 1 : container.MaxConcurrency ?? int.MaxValue;
        for (var i = 0; i < children.Length; i++)
        {
            order.Add((container.Id, Event.Start), (children[i], Event.Start));
            order.Add((children[i], Event.End), (container.Id, Event.End));
            order.Add((children[i], Event.End), (children[i], Event.AllEndedUpToHere));
            if (i > 0)
                order.Add((children[i - 1], Event.AllEndedUpToHere), (children[i], Event.AllEndedUpToHere));
            if (i >= together)
                order.Add((children[i - together], Event.AllEndedUpToHere), (children[i], Event.Start));
        }
    }

    private enum Event
    {
        Start,
        End,
        AllEndedUpToHere,
    }

    /// <summary>What comes after what; Kahn's algorithm takes away what can happen and leaves the circles and what follows them.</summary>
    private sealed class Order
    {
        private readonly Dictionary<(Guid, Event), List<(Guid, Event)>> _next = [];
        private readonly Dictionary<(Guid, Event), int> _waits = [];

        public void Add((Guid, Event) before, (Guid, Event) after)
        {
            if (!_next.TryGetValue(before, out var next))
                _next[before] = next = [];
            next.Add(after);
            _waits[after] = _waits.GetValueOrDefault(after) + 1;
            _waits.TryAdd(before, 0);
        }

        public HashSet<(Guid, Event)> Stuck()
        {
            var free = new Queue<(Guid, Event)>(_waits.Where(wait => wait.Value == 0).Select(wait => wait.Key));
            while (free.TryDequeue(out var happened))
            {
                _waits.Remove(happened);
                foreach (var next in _next.GetValueOrDefault(happened) ?? [])
                {
                    if (--_waits[next] == 0)
                        free.Enqueue(next);
                }
            }
            return _waits.Keys.ToHashSet();
        }
    }
}
