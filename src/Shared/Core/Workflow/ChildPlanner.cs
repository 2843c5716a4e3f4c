using System.Text.Json;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Routing;
using TaskMesh.Core.Scope;

namespace TaskMesh.Core.Workflow;

/// <summary>
/// Turns a generator's message into the tasks that it stands for. A child that must not run, because its input is wrong or aims outside the
/// collection's scope, becomes a task that has failed: seen, counted, and judged by its container's policy.
/// </summary>
public sealed class ChildPlanner(TaskCatalogue catalogue, IReadOnlyList<Pool> pools)
{
    public IEnumerable<TaskPlan> Plan(CreateTask message, GeneratorPlace place, DateTimeOffset now)
    {
        var generated = message.Generated!;
        var entry = catalogue.Find(message.Kind);
        var labels = message.Labels ?? place.Collection.Labels;
        var pool = entry is null ? null : TaskRouter.Choose(pools, TaskRouter.Route(entry.Requirements), message.Kind, labels)?.Name;
        var guard = new Lazy<ScopeGuard>(() => new ScopeGuard(place.Collection.Scope));
        for (var i = 0; i < generated.Size; i++)
        {
            var ordinal = generated.Ordinal + i;
            var input = InputOf(message, ordinal, i);
            yield return new TaskPlan(
                DerivedId.OfChild(generated.Collection, generated.Parent, message.Kind, ordinal),
                place.Container,
                place.FirstOrdinal + ordinal,
                $"{message.Name ?? message.Kind}/{ordinal}",
                message.Kind,
                pool,
                input,
                null,
                labels,
                place.ContainerState == TaskState.Running && place.FirstOrdinal + ordinal < place.Released,
                message.Timeouts,
                generated.Parent,
                Refusal(message, entry, input, guard, now));
        }
    }

    private static JsonElement InputOf(CreateTask message, int ordinal, int index) => message.Generated!.Inputs is { } inputs
        ? InputTemplate.Merge(message.Input, inputs[index])
        : InputTemplate.Fill(message.Input, InputTemplate.Ordinal, _ => JsonSerializer.SerializeToElement(ordinal, NodeJson.Default.Int32));

    private static string? Refusal(CreateTask message, TaskEntry? entry, JsonElement input, Lazy<ScopeGuard> guard, DateTimeOffset now)
    {
        if (entry is null)
            return $"kind: there is no task kind '{message.Kind}'";
        if (entry.IsGenerator || message.Kind == ConditionalNode.Kind)
            return $"kind: a generator cannot make a '{message.Kind}': it would need containers of its own";
        if (message.Timeouts?.Problems(entry).FirstOrDefault() is { } timeout)
            return timeout;
        if (InputSize.Problem(input) is { } problem)
            return problem;
        if (InputReferences.Names(input).Count > 0)
            return "$from: a generated task gets its values from its generator";
        var check = entry.Check(input);
        if (check.Problems.Count > 0)
            return string.Join("; ", check.Problems);
        var outside = check.Ranges.Count + check.Names.Count == 0 ? [] : check.OutOfScope(guard.Value, now).ToArray();
        return outside.Length == 0 ? null : $"scope: {string.Join("; ", outside)}";
    }
}
