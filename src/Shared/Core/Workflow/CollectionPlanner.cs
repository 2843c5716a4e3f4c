using System.Diagnostics;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Routing;
using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Workflow;

/// <summary>
/// Checks a submission and turns it into rows. The Manager does this when the message arrives, the CLI before it sends one:
/// the same rules, so that what the CLI accepts the Manager accepts.
/// </summary>
public sealed class CollectionPlanner(TaskCatalogue catalogue, IReadOnlyList<Pool> pools)
{
    /// <summary>A container in a container in a container: more is a mistake in a generator of workflows.</summary>
    public const int DeepestTree = 20;

    public const int MostTasks = 10_000;

    public const int LargestInputBytes = 200 * 1024;

    private static readonly TimeSpan DefaultDeadline = TimeSpan.FromHours(24);
    private static readonly Dictionary<string, string> NoLabels = [];

    /// <summary>A single task as a collection of one; the collection has the task's id.</summary>
    public (CollectionPlan? Plan, Refusal? Refusal) Plan(CreateTask message, ScanScope? organisationScope, DateTimeOffset now) =>
        Plan(
            new CreateCollection(
                new ParallelNode([new TaskNode(message.Name ?? message.Kind, message.Kind, message.Input, Timeouts: message.Timeouts)]),
                message.Name ?? message.Kind, message.Organisation, message.Priority, message.Deadline, message.Labels, message.Scope)
            {
                Id = message.Id,
                TraceId = message.TraceId,
            },
            organisationScope,
            now,
            _ => message.Id);

    public (CollectionPlan? Plan, Refusal? Refusal) Plan(CreateCollection message, ScanScope? organisationScope, DateTimeOffset now) =>
        Plan(message, organisationScope, now, node => DerivedId.OfPart(message.Id, $"task/{node.Name}"));

    private (CollectionPlan? Plan, Refusal? Refusal) Plan(
        CreateCollection message, ScanScope? organisationScope, DateTimeOffset now, Func<TaskNode, Guid> idOf)
    {
        // Without a scope of the organisation nothing is allowed: the message's own would widen it.
        IReadOnlyList<ScanScope> scope = organisationScope is null ? [] : [.. new[] { organisationScope, message.Scope }.OfType<ScanScope>()];
        var draft = new Draft(message, idOf);
        draft.CheckEnvelope();
        draft.Place(message.Root);
        foreach (var task in draft.Tasks)
            CheckTask(task, draft);
        if (draft.Problems.Count > 0)
            return (null, new Refusal(RefusalCause.Input, draft.Problems));

        var guard = new ScopeGuard(scope);
        var outside = draft.Tasks
            .SelectMany(task => task.Check.OutOfScope(guard, now).Select(problem => $"{task.Node.Name}: {problem}"))
            .ToArray();
        return outside.Length > 0
            ? (null, new Refusal(RefusalCause.Scope, outside))
            : (draft.Finish(scope, task => PoolOf(task, draft.Labels)), null);
    }

    private void CheckTask(DraftTask task, Draft draft)
    {
        var name = task.Node.Name;
        if (catalogue.Find(task.Node.Kind) is not { } entry)
        {
            draft.Problems.Add($"{name}: kind: there is no task kind '{task.Node.Kind}'; `taskmesh definitions` lists them");
            return;
        }
        draft.Problems.AddRange((task.Node.Timeouts?.Problems(entry) ?? []).Select(problem => $"{name}: {problem}"));
        var bytes = System.Text.Encoding.UTF8.GetByteCount(task.Node.Input.GetRawText());
        if (bytes > LargestInputBytes)
            draft.Problems.Add($"{name}: input: {bytes} bytes are more than {LargestInputBytes}");
        draft.Problems.AddRange(InputReferences.Problems(task.Node.Input).Select(problem => $"{name}: {problem}"));
        foreach (var source in InputReferences.Names(task.Node.Input).Where(source => !task.EndedBefore.Contains(source)))
        {
            draft.Problems.Add(draft.Tasks.Any(other => other.Node.Name == source)
                ? $"{name}: $from: '{source}' does not end before '{name}' starts; put both into a Sequential container, '{source}' first"
                : $"{name}: $from: the collection has no task '{source}'");
        }
        task.Check = entry.Check(task.Node.Input);
        draft.Problems.AddRange(task.Check.Problems.Select(problem => $"{name}: {problem}"));
    }

    private string? PoolOf(TaskNode node, IReadOnlyDictionary<string, string> collectionLabels) =>
        TaskRouter.Choose(pools, TaskRouter.Route(catalogue.Find(node.Kind)!.Requirements), node.Kind, node.Labels ?? collectionLabels)?.Name;

    private sealed class DraftTask(TaskNode node, Guid container, int ordinal, bool started, IReadOnlySet<string> endedBefore)
    {
        public TaskNode Node => node;

        public Guid Container => container;

        public int Ordinal => ordinal;

        public bool Started => started;

        /// <summary>The tasks that have certainly ended when this one starts.</summary>
        public IReadOnlySet<string> EndedBefore => endedBefore;

        public InputCheck Check { get; set; } = new();
    }

    /// <summary>Walks the tree once and gives every node its place.</summary>
    private sealed class Draft(CreateCollection message, Func<TaskNode, Guid> idOf)
    {
        private readonly List<ContainerPlan> _containers = [];

        public List<string> Problems { get; } = [];

        public List<DraftTask> Tasks { get; } = [];

        public IReadOnlyDictionary<string, string> Labels => message.Labels ?? NoLabels;

        public void CheckEnvelope()
        {
            if (message.Priority is < -100 or > 100)
                Problems.Add($"priority: {message.Priority} is not from -100 to 100");
            if (message.Deadline is { } deadline && deadline <= TimeSpan.Zero)
                Problems.Add("deadline: a collection needs some time");
            if (message.TraceId is { } trace && (trace.Length != 32 || !trace.All(char.IsAsciiHexDigitLower)))
                Problems.Add($"traceId: '{trace}' is not 32 lower-case hexadecimal digits");
            if (message.Scope is { } scope)
                Problems.AddRange(scope.Problems().Select(problem => $"scope: {problem}"));
        }

        public void Place(CollectionNode root)
        {
            if (root is TaskNode)
                root = new SequentialNode([root]);
            Place(root, "", null, 0, started: true, new HashSet<string>(), depth: 0);
            foreach (var twice in Tasks.GroupBy(task => task.Node.Name).Where(group => group.Count() > 1))
                Problems.Add($"{twice.Key}: {twice.Count()} tasks have this name; names are unique within a collection");
            if (Tasks.Count is 0 or > MostTasks)
                Problems.Add($"root: a collection holds 1 to {MostTasks} tasks, not {Tasks.Count}");
        }

        /// <returns>The names of the tasks that have ended when this node has ended well.</returns>
        private HashSet<string> Place(
            CollectionNode node, string path, Guid? parent, int ordinal, bool started, HashSet<string> endedBefore, int depth)
        {
            if (depth > DeepestTree)
            {
                Problems.Add($"root: containers are nested deeper than {DeepestTree}");
                return endedBefore;
            }
            switch (node)
            {
                case TaskNode task:
                    Tasks.Add(new DraftTask(task, parent!.Value, ordinal, started, endedBefore));
                    return [.. endedBefore, task.Name];
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
                        return [.. endedBefore, .. children.SelectMany(
                            (child, i) => Place(child, $"{path}/{i}", id, i, started && i < first, endedBefore, depth + 1))];
                    }
                default:
                    throw new UnreachableException($"{node.GetType()}");
            }

            Guid Open(ContainerMode mode, string? name, CompletionPolicy? policy, int? maxConcurrency, int children)
            {
                var id = parent is null ? message.Id : DerivedId.OfPart(message.Id, $"container{path}");
                if (children == 0)
                    Problems.Add($"{name ?? "children"}: a container needs at least one child");
                if (policy?.Problem is { } problem)
                    Problems.Add($"{name ?? "container"}: policy: {problem}");
                _containers.Add(new(id, parent, ordinal, name, mode, policy ?? CompletionPolicy.All.Instance, maxConcurrency, children, started));
                return id;
            }
        }

        public CollectionPlan Finish(IReadOnlyList<ScanScope> scope, Func<TaskNode, string?> poolOf)
        {
            var ids = Tasks.ToDictionary(task => task.Node.Name, task => idOf(task.Node));
            return new CollectionPlan(
                message.Id,
                message.Organisation,
                message.Name,
                message.Priority,
                message.Deadline ?? DefaultDeadline,
                Labels,
                scope,
                message.TraceId ?? message.Id.ToString("N"),
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
                    task.Node.Timeouts))]);
        }

        private static Dictionary<string, Guid>? Sources(TaskNode node, Dictionary<string, Guid> ids)
        {
            var names = InputReferences.Names(node.Input);
            return names.Count == 0 ? null : names.ToDictionary(name => name, name => ids[name]);
        }
    }
}
