using System.Diagnostics;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Workflow;

/// <summary>Walks a submitted tree once, gives every node its place, and collects what is wrong with the shape.</summary>
internal sealed class CollectionDraft
{
    /// <summary>Containers in containers: more is a mistake of whatever wrote the workflow.</summary>
    public const int DeepestTree = 200;

    /// <summary>Written by hand; generators make the others.</summary>
    public const int MostTasks = 10_000;

    private const int LongestName = 200;

    private static readonly TimeSpan DefaultDeadline = TimeSpan.FromHours(24);
    private static readonly Dictionary<string, string> NoLabels = [];

    private readonly CreateCollection _message;
    private readonly Func<TaskNode, Guid> _idOf;
    private readonly List<ContainerPlan> _containers = [];
    private readonly List<GeneratorPlan> _generators = [];

    public CollectionDraft(CreateCollection message, Func<TaskNode, Guid> idOf, Func<string, bool> isGenerator)
    {
        (_message, _idOf) = (message, idOf);
        CheckEnvelope();
        var root = TreeShape.Of(message.Root, isGenerator);
        Place(root is TaskNode ? new SequentialNode([root]) : root, "", null, 0, started: true, new HashSet<string>(), depth: 0);
        CheckNames();
        Problems.AddRange(new FillPlan(_containers, _generators).Assign(Tasks.Where(task => isGenerator(task.Node.Kind)), idOf));
        if (_generators.Count > 0 && Problems.Count == 0)
            Problems.AddRange(StartOrder.Deadlocks(_containers, [.. Tasks.Select(task => (idOf(task.Node), task))], _generators));
    }

    public List<string> Problems { get; } = [];

    public List<Leaf> Tasks { get; } = [];

    public IReadOnlyDictionary<string, string> Labels => _message.Labels ?? NoLabels;

    public CollectionPlan Finish(IReadOnlyList<ScanScope> scope, Func<TaskNode, string?> poolOf)
    {
        var ids = Tasks.ToDictionary(task => task.Node.Name, task => _idOf(task.Node));
        return new CollectionPlan(
            _message.Id,
            _message.Organisation,
            _message.Name,
            _message.Priority,
            _message.Deadline ?? DefaultDeadline,
            Labels,
            scope,
            _message.TraceId ?? _message.Id.ToString("N"),
            _containers,
            [.. Tasks.Select(task => new TaskPlan(
                ids[task.Node.Name],
                task.Container,
                task.Ordinal,
                task.Node.Name,
                task.Node.Kind,
                poolOf(task.Node),
                task.Node.Input,
                Sources(task.Node, ids),
                task.Node.Labels ?? Labels,
                task.Started,
                task.Node.Timeouts)
            {
                AimsAtTargets = task.Check.Ranges.Count + task.Check.Names.Count > 0,
            })],
            _generators);
    }

    private static Dictionary<string, Guid>? Sources(TaskNode node, Dictionary<string, Guid> ids)
    {
        var names = InputReferences.Names(node.Input);
        return names.Count == 0 ? null : names.ToDictionary(name => name, name => ids[name]);
    }

    private void CheckEnvelope()
    {
        if (_message.Priority is < -100 or > 100)
            Problems.Add($"priority: {_message.Priority} is not from -100 to 100");
        if (_message.Deadline is { } deadline && deadline <= TimeSpan.Zero)
            Problems.Add("deadline: a collection needs some time");
        if (_message.TraceId is { } trace && (trace.Length != 32 || !trace.All(char.IsAsciiHexDigitLower)))
            Problems.Add($"traceId: '{trace}' is not 32 lower-case hexadecimal digits");
        if (_message.Scope is { } scope)
            Problems.AddRange(scope.Problems().Select(problem => $"scope: {problem}"));
    }

    private void CheckNames()
    {
        var containers = _containers.Select(container => container.Name).OfType<string>().ToArray();
        foreach (var name in Tasks.Select(task => task.Node.Name).Concat(containers).Append(_message.Name).OfType<string>())
        {
            if (name.Length is 0 or > LongestName || name.Any(char.IsControl))
                Problems.Add($"name: '{name}' is not 1 to {LongestName} characters without control characters");
        }
        foreach (var twice in Tasks.GroupBy(task => task.Node.Name).Where(group => group.Count() > 1))
            Problems.Add($"{twice.Key}: {twice.Count()} tasks have this name; names are unique within a collection");
        foreach (var twice in containers.GroupBy(name => name).Where(group => group.Count() > 1))
            Problems.Add($"{twice.Key}: {twice.Count()} containers have this name; names are unique within a collection");
        if (Tasks.Count is 0 or > MostTasks)
            Problems.Add($"root: a collection holds 1 to {MostTasks} tasks, not {Tasks.Count}");
    }

    /// <returns>The names of the tasks that have ended when this node has ended well.</returns>
    private IReadOnlySet<string> Place(
        CollectionNode node, string path, Guid? parent, int ordinal, bool started, IReadOnlySet<string> endedBefore, int depth)
    {
        if (depth > DeepestTree)
        {
            Problems.Add($"root: containers are nested deeper than {DeepestTree}");
            return endedBefore;
        }
        switch (node)
        {
            case TaskNode task:
                Tasks.Add(new Leaf(task, parent!.Value, ordinal, started, endedBefore));
                return new HashSet<string>([.. endedBefore, task.Name]);
            case SequentialNode { Children: var children } sequence:
                {
                    var id = Open(ContainerMode.Sequential, sequence.Name, sequence.Policy, null, children.Count);
                    var ended = endedBefore;
                    for (var i = 0; i < children.Count; i++)
                        ended = Place(children[i], $"{path}/{i}", id, i, started && i == 0, ended, depth + 1);
                    return ended;
                }
            case ParallelNode { Children: var children } parallel:
                {
                    if (parallel.MaxConcurrency < 1)
                        Problems.Add($"maxConcurrency: {parallel.MaxConcurrency} lets nothing run");
                    var id = Open(ContainerMode.Parallel, parallel.Name, parallel.Policy, parallel.MaxConcurrency, children.Count);
                    var first = parallel.MaxConcurrency ?? int.MaxValue;
                    return new HashSet<string>([.. endedBefore, .. children.SelectMany(
                        (child, i) => Place(child, $"{path}/{i}", id, i, started && i < first, endedBefore, depth + 1))]);
                }
            case ConditionalNode condition:
                return Place(
                    condition, path, Open(ContainerMode.Sequential, null, null, null, condition.Else is null ? 2 : 3), started, endedBefore, depth);
            default:
                throw new UnreachableException($"{node.GetType()}");
        }

        Guid Open(ContainerMode mode, string? name, CompletionPolicy? policy, int? maxConcurrency, int children)
        {
            var id = parent is null ? _message.Id : DerivedId.OfPart(_message.Id, $"container{path}");
            if (policy?.Problem is { } problem)
                Problems.Add($"{name ?? "container"}: policy: {problem}");
            _containers.Add(
                new(id, parent, ordinal, name, mode, policy ?? CompletionPolicy.All.Instance, maxConcurrency, children, started, Generators: 0));
            return id;
        }
    }

    /// <summary>The task that decides comes first, then the branches: one of them will be disabled, so neither's tasks have certainly run.</summary>
    private HashSet<string> Place(
        ConditionalNode node, string path, Guid container, bool started, IReadOnlySet<string> endedBefore, int depth)
    {
        Tasks.Add(new Leaf(node.AsTask(), container, 0, started, endedBefore, IsCondition: true));
        HashSet<string> ended = [.. endedBefore, node.Name];
        Place(node.Then, $"{path}/{ConditionalNode.ThenOrdinal}", container, ConditionalNode.ThenOrdinal, false, ended, depth + 1);
        if (node.Else is not null)
            Place(node.Else, $"{path}/{ConditionalNode.ElseOrdinal}", container, ConditionalNode.ElseOrdinal, false, ended, depth + 1);
        return ended;
    }

    /// <summary>A task in its place.</summary>
    /// <param name="EndedBefore">The tasks that have certainly ended when this one starts.</param>
    /// <param name="IsCondition">Whether it picks the branch of a conditional node.</param>
    public sealed record Leaf(
        TaskNode Node, Guid Container, int Ordinal, bool Started, IReadOnlySet<string> EndedBefore, bool IsCondition = false)
    {
        public InputCheck Check { get; set; } = new();
    }
}
