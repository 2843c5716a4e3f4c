using TaskMesh.Core.Messages;

namespace TaskMesh.Core.Workflow;

/// <summary>Says which generator fills which container, and from which ordinal on.</summary>
internal sealed class FillPlan(List<ContainerPlan> containers, List<GeneratorPlan> generators)
{
    /// <summary>Each has ordinals for all the children that it may make.</summary>
    private const int MostPerContainer = 200;

    /// <returns>What is wrong.</returns>
    public IEnumerable<string> Assign(IEnumerable<CollectionDraft.Leaf> tasks, Func<TaskNode, Guid> idOf)
    {
        foreach (var task in tasks)
        {
            var name = task.Node.Name;
            var target = TreeShape.TargetOf(task.Node) ?? name;
            var index = containers.FindIndex(container => container.Name == target);
            if (index < 0)
            {
                yield return $"{name}: {TreeShape.Into}: the collection has no container '{target}'";
                continue;
            }
            var container = containers[index];
            if (container.Generators > 0 && (container.Mode == ContainerMode.Sequential || container.MaxConcurrency is not null))
                yield return $"{name}: {TreeShape.Into}: '{target}' starts its children in their order, so only one generator can fill it";
            if (container.Generators == MostPerContainer)
                yield return $"{name}: {TreeShape.Into}: more than {MostPerContainer} generators fill '{target}'";
            generators.Add(new(idOf(task.Node), container.Id, container.Children + container.Generators * Generated.MostChildren));
            containers[index] = container with { Generators = container.Generators + 1 };
        }
        foreach (var empty in containers.Where(container => container is { Children: 0, Generators: 0 }))
            yield return $"{empty.Name ?? "children"}: a container needs at least one child";
    }
}
