using System.Security.Cryptography;
using Npgsql;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres.Manager;

namespace TaskMesh.Manager;

/// <summary>
/// New work: what the planner accepts becomes rows, once however often it is said; what it refuses goes to the quarantine with the reason.
/// </summary>
public sealed class IntakeDesk(CollectionPlanner planner, TimeProvider clock)
{
    public async Task<Accepted> AcceptAsync(NpgsqlConnection connection, IReadOnlyList<ReadMessage> batch, CancellationToken cancellation) =>
        await TakeAsync(
            connection, await PlanAsync(connection, await AskAsync(connection, batch, cancellation), cancellation), cancellation);

    /// <summary>Asks for what the planner must know of the submitters' organisations.</summary>
    public static async Task<Submitted> AskAsync(NpgsqlConnection connection, IReadOnlyList<ReadMessage> batch, CancellationToken cancellation)
    {
        var submitted = batch.Where(message => message.Message is CreateCollection or CreateTask { Generated: null }).ToArray();
        return submitted.Length == 0
            ? Submitted.Nothing
            : new Submitted(submitted, await new CollectionStore(connection).OrganisationsAsync(
                [.. submitted.Select(message => OrganisationOf(message.Message!)).Distinct()], cancellation));
    }

    /// <summary>Plans what was submitted and lets it be inserted.</summary>
    public async Task<Planned> PlanAsync(NpgsqlConnection connection, Submitted submitted, CancellationToken cancellation)
    {
        if (submitted.Organisations is null)
            return Planned.Nothing;
        var known = (await submitted.Organisations.RowsAsync(connection, cancellation)).ToDictionary(row => row.Organisation, row => row.Facts);
        var refused = new List<(ReadMessage, string)>();
        var plans = await WithinLimitsAsync(
            connection, Plan(submitted.Messages, known, refused), known, refused, cancellation);
        var fresh = plans.DistinctBy(plan => plan.Plan.Id).ToArray();
        return new Planned(
            plans,
            fresh,
            fresh.Length == 0 ? null : await new CollectionStore(connection).InsertAsync(
                [.. fresh.Select(plan => (plan.Plan, plan.Digest, plan.Message.Message is CreateCollection ? plan.Message.Envelope.Body : null))],
                cancellation),
            refused);
    }

    public static async Task<Accepted> TakeAsync(NpgsqlConnection connection, Planned planned, CancellationToken cancellation)
    {
        if (planned.Inserted is null)
            return new([], planned.Refused);
        var store = new CollectionStore(connection);
        var inserted = (await planned.Inserted.RowsAsync(connection, cancellation)).ToHashSet();
        var refused = planned.Refused.ToList();
        await RefuseOtherBodiesAsync(
            store, [.. planned.Plans.Except(planned.Fresh.Where(plan => inserted.Contains(plan.Plan.Id)))], refused, cancellation);

        var created = planned.Fresh.Where(plan => inserted.Contains(plan.Plan.Id)).Select(plan => plan.Plan).ToArray();
        var generators = created.SelectMany(plan => plan.Generators.Select(generator => (plan.Id, generator))).ToArray();
        if (generators.Length > 0)
            await new GeneratorStore(connection).InsertAsync(generators, cancellation);
        return new([.. created.SelectMany(plan => plan.Tasks.Select(task => (plan, task)))], refused);
    }

    private List<PlannedMessage> Plan(ReadMessage[] submitted, Dictionary<string, OrganisationFacts> known, List<(ReadMessage, string)> refused)
    {
        var now = clock.GetUtcNow();
        var planned = new List<PlannedMessage>();
        foreach (var message in submitted)
        {
            var organisation = OrganisationOf(message.Message!);
            if (!known.TryGetValue(organisation, out var facts))
            {
                refused.Add((message, $"organisation: there is no '{organisation}'"));
                continue;
            }
            var (plan, refusal) = message.Message switch
            {
                CreateTask task => planner.Plan(task, facts.Scope, now),
                CreateCollection collection => planner.Plan(collection, facts.Scope, now),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
            if (plan is null)
                refused.Add((message, refusal!.ToString()));
            else
                planned.Add(new(message, plan, SHA256.HashData(message.Envelope.Body)));
        }
        return planned;
    }

    /// <summary>Refuses what is more than its organisation may have, unless it is only said again.</summary>
    private static async Task<List<PlannedMessage>> WithinLimitsAsync(
        NpgsqlConnection connection,
        List<PlannedMessage> plans,
        Dictionary<string, OrganisationFacts> known,
        List<(ReadMessage, string)> refused,
        CancellationToken cancellation)
    {
        if (known.Values.All(facts => facts.Limits == OrganisationLimits.None))
            return plans;
        var store = new CollectionStore(connection);
        var limited = known.Where(one => one.Value.Limits.MostWaiting is not null).ToDictionary(
            one => one.Key, one => one.Value.Limits.MostWaiting!.Value);
        var waiting = limited.Count == 0 ? [] : new Dictionary<string, int>(await store.WaitingAsync(limited, cancellation));
        var existing = await store.DigestsAsync([.. plans.Select(plan => plan.Plan.Id)], cancellation);
        var rescans = await RescanDesk.OpenAsync(
            connection,
            plans.Select(plan => plan.Plan).Where(plan => !existing.ContainsKey(plan.Id)),
            known.ToDictionary(one => one.Key, one => one.Value.Limits),
            cancellation);
        var within = new List<PlannedMessage>();
        foreach (var plan in plans)
        {
            var (organisation, tasks) = (plan.Plan.Organisation, plan.Plan.Tasks.Count);
            if (existing.ContainsKey(plan.Plan.Id))
            {
                within.Add(plan);
            }
            else if ((known[organisation].Limits.Problem(organisation, tasks, waiting.GetValueOrDefault(organisation))
                ?? rescans.Problem(plan.Plan)) is { } problem)
            {
                refused.Add((plan.Message, problem));
            }
            else
            {
                within.Add(plan);
                waiting[organisation] = waiting.GetValueOrDefault(organisation) + tasks;
            }
        }
        await rescans.RememberAsync(cancellation);
        return within;
    }

    /// <summary>The same id with the same body is the same submission; with another body it is a mistake that must be heard of.</summary>
    private static async Task RefuseOtherBodiesAsync(
        CollectionStore store, PlannedMessage[] planned, List<(ReadMessage, string)> refused, CancellationToken cancellation)
    {
        if (planned.Length == 0)
            return;
        var digests = await store.DigestsAsync([.. planned.Select(plan => plan.Plan.Id)], cancellation);
        refused.AddRange(planned
            .Where(plan => !plan.Digest.AsSpan().SequenceEqual(digests[plan.Plan.Id]))
            .Select(plan => (plan.Message, $"id: {plan.Plan.Id} was used before with another body")));
    }

    private static string OrganisationOf(ManagerMessage message) => message switch
    {
        CreateTask task => task.Organisation,
        CreateCollection collection => collection.Organisation,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}

/// <param name="Organisations">Those that exist.</param>
public sealed record Submitted(ReadMessage[] Messages, Later<(string Organisation, OrganisationFacts Facts)>? Organisations)
{
    public static Submitted Nothing { get; } = new([], null);
}

/// <param name="Plans">One for each message that is accepted.</param>
/// <param name="Fresh">The first one for each id.</param>
/// <param name="Inserted">Of these, the ids that were not there before.</param>
/// <param name="Refused">The other messages, with the reason.</param>
public sealed record Planned(
    IReadOnlyList<PlannedMessage> Plans,
    IReadOnlyList<PlannedMessage> Fresh,
    Later<Guid>? Inserted,
    IReadOnlyList<(ReadMessage, string)> Refused)
{
    public static Planned Nothing { get; } = new([], [], null, []);

    /// <summary>Those that its tasks may go to.</summary>
    public IEnumerable<string> Pools => Fresh.SelectMany(plan => plan.Plan.Tasks).Select(task => task.Pool).OfType<string>().Distinct();
}

public sealed record PlannedMessage(ReadMessage Message, CollectionPlan Plan, byte[] Digest);

/// <param name="Tasks">Of the submissions that are new.</param>
/// <param name="Refused">Messages that are not accepted, with the reason.</param>
public sealed record Accepted(
    IReadOnlyList<(CollectionPlan Collection, TaskPlan Task)> Tasks, IReadOnlyList<(ReadMessage, string)> Refused);
