using System.Text.Json;
using Npgsql;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>
/// Shares what stragglers have left when they yield, in the transaction that accepts the report: a report that comes twice, or from an attempt that
/// is over, shares nothing. The further tasks are children of the same generator, counted with its others, so whatever waits for them all does.
/// </summary>
public sealed class StragglerDesk(TaskCatalogue catalogue, ChildPlanner planner, TimeProvider clock, Random random)
{
    private static readonly JsonElement Nothing = JsonElement.Parse("{}");

    /// <summary>Kinds that can be shared.</summary>
    public IReadOnlyCollection<string> Kinds { get; } = [.. catalogue.Entries.Where(entry => entry.Cut is not null).Select(entry => entry.Kind)];

    /// <param name="moves">What the reports of a batch make of their tasks; shortened for those that are shared.</param>
    /// <returns>The further tasks.</returns>
    public async Task<IReadOnlyList<(CollectionPlan Collection, TaskPlan Task)>> ShareAsync(
        NpgsqlConnection connection, (TaskFacts Task, TaskOutcome Outcome, TaskMove Move)[] moves, CancellationToken cancellation)
    {
        var yielded = moves
            .Where(move => move is { Outcome: TaskOutcome.Yielded, Move: { State: TaskState.Pending, Checkpoint: not null } }
                && Kinds.Contains(move.Task.Kind))
            .Select(move => move.Task.Id).ToArray();
        if (yielded.Length == 0)
            return [];
        var asked = await new StragglerStore(connection).AskedAsync(yielded, cancellation);
        if (asked.Count == 0)
            return [];
        var store = new GeneratorStore(connection);
        var generators = asked.Select(task => task.Generator).Distinct().ToArray();
        var places = await store.PlacesAsync(generators, cancellation);
        var next = (await store.FactsAsync(generators, cancellation)).ToDictionary(facts => facts.Id, facts => facts.NextOrdinal);
        var added = new Dictionary<Guid, ChildCount>();
        var tasks = new List<(CollectionPlan Collection, TaskPlan)>();
        foreach (var (task, input, generator) in asked)
        {
            var index = Array.FindIndex(moves, move => move.Task.Id == task);
            var (place, sofar) = (places[generator], added.GetValueOrDefault(generator));
            var taken = tasks.Count(before => before.Collection.Id == place.Collection.Id);
            if (next[generator] is not { } first
                || Share(moves[index].Task.Kind, input, moves[index].Move.Checkpoint!.Value, place, first + sofar.Count) is not { } shared
                || taken + shared.Tasks.Length > place.Room)
                continue;
            moves[index].Move = moves[index].Move with
            {
                Checkpoint = shared.Checkpoint,
                Reason = $"yielded: shares what is left with {shared.Tasks.Length} others, since workers were idle",
            };
            added[generator] = shared.Tasks.Select(part => ChildCount.Of(part.Id)).Aggregate(sofar, (sum, one) => sum + one);
            tasks.AddRange(shared.Tasks.Select(part => (place.Collection, part)));
        }
        if (added.Count > 0)
        {
            await store.AddCreatedAsync((short)random.Next(ContainerStore.ProgressShards), added, cancellation);
            await store.EndAsync(added.Keys, cancellation);
        }
        return tasks;
    }

    /// <param name="ordinal">Of the first further task.</param>
    private (JsonElement Checkpoint, TaskPlan[] Tasks)? Share(string kind, string input, JsonElement checkpoint, GeneratorPlace place, int ordinal)
    {
        if (place.ContainerState.IsTerminal() || catalogue.Find(kind)!.Cut!(JsonElement.Parse(input), checkpoint) is not { } cut)
            return null;
        var message = new CreateTask(
            kind, Nothing, Generated: new(place.Collection.Id, place.Generator, ordinal, Inputs: cut.Inputs));
        TaskPlan[] tasks = [.. planner.Plan(message, place, clock.GetUtcNow())];
        return tasks.Any(task => task.Refusal is not null) ? null : (cut.Checkpoint, tasks);
    }
}
