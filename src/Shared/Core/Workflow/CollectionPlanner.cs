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
        var draft = new CollectionDraft(message, idOf, kind => catalogue.Find(kind)?.IsGenerator == true);
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

    private void CheckTask(CollectionDraft.Leaf task, CollectionDraft draft)
    {
        var name = task.Node.Name;
        if (catalogue.Find(task.Node.Kind) is not { } entry)
        {
            draft.Problems.Add($"{name}: kind: there is no task kind '{task.Node.Kind}'; `taskmesh definitions` lists them");
            return;
        }
        draft.Problems.AddRange((task.Node.Timeouts?.Problems(entry) ?? []).Select(fault => $"{name}: {fault}"));
        if (InputSize.Problem(task.Node.Input) is { } problem)
            draft.Problems.Add($"{name}: {problem}");
        if (task.Node.Kind == ConditionalNode.Kind && !task.IsCondition)
            draft.Problems.Add($"{name}: kind: '{ConditionalNode.Kind}' picks a branch; write it as a node of type Conditional");
        draft.Problems.AddRange(InputReferences.Problems(task.Node.Input).Select(fault => $"{name}: {fault}"));
        foreach (var source in InputReferences.Names(task.Node.Input).Where(source => !task.EndedBefore.Contains(source)))
        {
            draft.Problems.Add(draft.Tasks.Any(other => other.Node.Name == source)
                ? $"{name}: $from: '{source}' does not end before '{name}' starts; put both into a Sequential container, '{source}' first"
                : $"{name}: $from: the collection has no task '{source}'");
        }
        task.Check = entry.Check(task.Node.Input);
        draft.Problems.AddRange(task.Check.Problems.Select(fault => $"{name}: {fault}"));
    }

    private string? PoolOf(TaskNode node, IReadOnlyDictionary<string, string> collectionLabels) =>
        TaskRouter.Choose(pools, TaskRouter.Route(catalogue.Find(node.Kind)!.Requirements), node.Kind, node.Labels ?? collectionLabels)?.Name;
}
