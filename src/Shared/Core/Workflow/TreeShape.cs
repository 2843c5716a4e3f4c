using System.Text.Json;
using TaskMesh.Core.Messages;

namespace TaskMesh.Core.Workflow;

/// <summary>
/// Puts containers where the rules need them: a generator stands beside the container that it fills, in a Parallel container of both, so that
/// its children run while it still makes others and what comes next waits for all; the branches of a conditional node are containers.
/// </summary>
internal static class TreeShape
{
    /// <summary>The field of a generator's input that names the container to fill.</summary>
    public const string Into = "into";

    public static CollectionNode Of(CollectionNode node, Func<string, bool> isGenerator) => node switch
    {
        TaskNode task when isGenerator(task.Kind) && TargetOf(task) is null => new ParallelNode([task, new ParallelNode([], task.Name)]),
        SequentialNode sequence => sequence with { Children = [.. InOrder(sequence.Children, isGenerator)] },
        ParallelNode parallel => parallel with { Children = [.. parallel.Children.Select(child => Of(child, isGenerator))] },
        ConditionalNode condition => condition with
        {
            Then = AsContainer(Of(condition.Then, isGenerator)),
            Else = condition.Else is null ? null : AsContainer(Of(condition.Else, isGenerator)),
        },
        _ => node,
    };

    /// <summary>The name of the container that a generator's input asks for, or null.</summary>
    public static string? TargetOf(TaskNode generator) =>
        generator.Input.ValueKind == JsonValueKind.Object
            && generator.Input.TryGetProperty(Into, out var into) && into.ValueKind == JsonValueKind.String ? into.GetString() : null;

    private static IEnumerable<CollectionNode> InOrder(IReadOnlyList<CollectionNode> children, Func<string, bool> isGenerator)
    {
        for (var i = 0; i < children.Count; i++)
        {
            var next = i + 1 < children.Count ? children[i + 1] : null;
            if (children[i] is TaskNode task && isGenerator(task.Kind) && TargetOf(task) is { } target && target == NameOf(next))
            {
                yield return new ParallelNode([task, Of(next!, isGenerator)]);
                i++;
            }
            else
            {
                yield return Of(children[i], isGenerator);
            }
        }
    }

    private static string? NameOf(CollectionNode? node) => node switch
    {
        SequentialNode sequence => sequence.Name,
        ParallelNode parallel => parallel.Name,
        _ => null,
    };

    private static CollectionNode AsContainer(CollectionNode node) => node is TaskNode ? new SequentialNode([node]) : node;
}
