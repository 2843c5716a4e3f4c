using Npgsql;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>
/// What generators make: each message stands for up to 1,000 tasks, which become rows once however often it is said. They are counted by
/// generator; the siblings that exist are not looked at.
/// </summary>
public sealed class ChildDesk(ChildPlanner planner, TimeProvider clock, Random random)
{
    private static readonly Dictionary<string, long> NoRows = [];

    /// <summary>Plans the children and inserts those that must not run; the others need room in their pools and are inserted with it.</summary>
    public async Task<MadeChildren> AcceptAsync(NpgsqlConnection connection, IReadOnlyList<ReadMessage> batch, CancellationToken cancellation)
    {
        var asked = batch.Where(message => message.Message is CreateTask { Generated: not null }).ToArray();
        if (asked.Length == 0)
            return MadeChildren.None;

        var parents = asked.Select(message => ((CreateTask)message.Message!).Generated!.Parent).Distinct().ToArray();
        var places = await new GeneratorStore(connection).PlacesAsync(parents, cancellation);
        var refused = new List<(ReadMessage, string)>();
        var children = new Dictionary<Guid, Child>();
        foreach (var message in asked)
        {
            if (Problem((CreateTask)message.Message!, places) is { } problem)
                refused.Add((message, problem));
            else
                Plan(message, places, children);
        }
        await RefuseTooManyAsync(connection, places, children, refused, cancellation);
        // In the order of their ids, so that two Managers that are told the same do not wait for each other in a circle.
        var planned = children.Values.OrderBy(child => child.Task.Id).ToArray();
        var (inserted, released) = await InsertRefusedAsync(connection, [.. planned.Where(child => child.Task.Refusal is not null)], cancellation);
        return new MadeChildren(planned, parents, inserted, released, refused);
    }

    /// <summary>Counts what was inserted.</summary>
    /// <returns>What the settler looks at after the commit, and the messages that name children which exist with another input.</returns>
    public async Task<(IReadOnlyList<TouchedGenerator> Touched, IReadOnlyList<(ReadMessage, string)> Refused)> CountAsync(
        NpgsqlConnection connection, MadeChildren made, Effects effects, CancellationToken cancellation)
    {
        if (made.Parents.Count == 0)
            return ([], []);
        await Pipeline.FlushAsync(connection, cancellation);
        var dispatched = effects.Inserted;
        var store = new GeneratorStore(connection);
        var isNew = made.Children.ToLookup(child => dispatched.Contains(child.Task.Id) || made.Inserted.Contains(child.Task.Id));
        if (isNew[true].Any())
        {
            await store.AddCreatedAsync(
                (short)random.Next(ContainerStore.ProgressShards),
                isNew[true].GroupBy(child => child.Task.Parent!.Value).ToDictionary(
                    parent => parent.Key, parent => parent.Select(child => ChildCount.Of(child.Task.Id)).Aggregate(ChildCount.Add)),
                cancellation);
        }
        var differing = isNew[false].Any()
            ? await store.DifferingAsync([.. isNew[false].Select(child => child.Task)], cancellation)
            : new HashSet<Guid>();
        var held = made.Children.Where(child => !child.Task.Started || !(dispatched.Contains(child.Task.Id) || made.Inserted.Contains(child.Task.Id)))
            .ToLookup(child => child.Task.Parent!.Value, child => child.Task.Ordinal);
        return (
            [.. made.Parents.Select(parent => held[parent].Any()
                ? new TouchedGenerator(parent, held[parent].Min(), held[parent].Max() + 1)
                : new TouchedGenerator(parent))],
            [.. isNew[false].Where(child => differing.Contains(child.Task.Id)).DistinctBy(child => child.Message).Select(
                child => (child.Message, $"id: {child.Task.Id} ({child.Task.Name}) was made before with another input"))]);
    }

    /// <summary>A collection may have only so many tasks. Children that exist already, said again, are none more.</summary>
    private static async Task RefuseTooManyAsync(
        NpgsqlConnection connection,
        IReadOnlyDictionary<Guid, GeneratorPlace> places,
        Dictionary<Guid, Child> children,
        List<(ReadMessage, string)> refused,
        CancellationToken cancellation)
    {
        var store = new GeneratorStore(connection);
        foreach (var collection in children.Values.GroupBy(child => child.Collection.Id).ToArray())
        {
            var room = places[collection.First().Task.Parent!.Value].Room;
            if (collection.Count() <= room)
                continue;
            var existing = await store.ExistingAsync([.. collection.Select(child => child.Task.Id)], cancellation);
            foreach (var message in collection.GroupBy(child => child.Message))
            {
                var fresh = message.Count(child => !existing.Contains(child.Task.Id));
                if (fresh <= room)
                {
                    room -= fresh;
                    continue;
                }
                var parent = message.First().Task.Parent!.Value;
                var reason = $"too many tasks: the collection may have {Math.Max(room, 0)} more, and {fresh} were asked for";
                await store.RefuseAsync([parent], reason, cancellation);
                refused.Add((message.Key, $"generated: {reason}"));
                foreach (var child in message.Where(child => !existing.Contains(child.Task.Id)))
                    children.Remove(child.Task.Id);
            }
        }
    }

    private void Plan(ReadMessage message, IReadOnlyDictionary<Guid, GeneratorPlace> places, Dictionary<Guid, Child> children)
    {
        var create = (CreateTask)message.Message!;
        var place = places[create.Generated!.Parent];
        if (!place.TakesChildren)
            return;
        foreach (var task in planner.Plan(create, place, clock.GetUtcNow()))
            children.TryAdd(task.Id, new Child(message, place.Collection, task));
    }

    private static string? Problem(CreateTask message, IReadOnlyDictionary<Guid, GeneratorPlace> places)
    {
        var generated = message.Generated!;
        if (generated.Problem is { } problem)
            return problem;
        if ($"{message.Kind}{message.Name}".Any(char.IsControl))
            return "name: kind and name have no control characters";
        if (message.Input.ValueKind != System.Text.Json.JsonValueKind.Object)
            return "input: what children have in common is a JSON object";
        if (!places.TryGetValue(generated.Parent, out var place))
            return $"generated.parent: there is no generator {generated.Parent}";
        return place.Collection.Id == generated.Collection
            ? null
            : $"generated.collection: generator {generated.Parent} is of {place.Collection.Id}, not of {generated.Collection}";
    }

    private async Task<(HashSet<Guid> Inserted, Released? Released)> InsertRefusedAsync(
        NpgsqlConnection connection, Child[] refused, CancellationToken cancellation)
    {
        if (refused.Length == 0)
            return ([], null);
        var rows = await new TaskStore(connection).InsertAsync(
            [.. refused.Select(child => new NewTask(child.Collection, child.Task, Dispatched: false, Lease: null))], NoRows, cancellation);
        var inserted = (await rows.RowsAsync(connection, cancellation)).Select(task => task.Id).ToHashSet();
        var ended = refused.Where(child => inserted.Contains(child.Task.Id)).GroupBy(child => child.Task.Container)
            .ToDictionary(container => container.Key, container => Tally.Of(TaskState.Failed, container.Count()));
        await new ContainerStore(connection).AddProgressAsync((short)random.Next(ContainerStore.ProgressShards), ended, cancellation);
        return (inserted, await new ReleaseStore(connection).ReleaseAsync(ended, cancellation));
    }
}

/// <param name="Message">The one that named it.</param>
public sealed record Child(ReadMessage Message, CollectionPlan Collection, TaskPlan Task);

/// <summary>What the generators' messages of a batch stand for.</summary>
/// <param name="Inserted">Those that were inserted already, because they must not run.</param>
/// <param name="Released">What their ends let start.</param>
public sealed record MadeChildren(
    IReadOnlyList<Child> Children,
    IReadOnlyCollection<Guid> Parents,
    IReadOnlySet<Guid> Inserted,
    Released? Released,
    IReadOnlyList<(ReadMessage, string)> Refused)
{
    public static MadeChildren None { get; } = new([], [], new HashSet<Guid>(), null, []);

    public IEnumerable<(CollectionPlan Collection, TaskPlan Task)> Runnable =>
        Children.Where(child => child.Task.Refusal is null).Select(child => (child.Collection, child.Task));

    /// <summary>Containers that may be complete now.</summary>
    public IEnumerable<Guid> Touched =>
        Children.Where(child => child.Task.Refusal is not null).Select(child => child.Task.Container)
            .Concat(Released?.MayBeComplete ?? []).Distinct();
}

/// <summary>A generator that may have ended, or whose children may have come too late to be started or swept with their siblings.</summary>
/// <param name="First">Ordinals of such children in their container, from here</param>
/// <param name="Past">to the one before this.</param>
public sealed record TouchedGenerator(Guid Generator, int First = 0, int Past = 0);
