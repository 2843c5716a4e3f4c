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
    public async Task<(IReadOnlyList<(CollectionPlan Collection, TaskPlan Task)> Tasks, IReadOnlyList<(ReadMessage, string)> Refused)> AcceptAsync(
        NpgsqlConnection connection, IReadOnlyList<ReadMessage> batch, CancellationToken cancellation)
    {
        var submitted = batch.Where(message => message.Message is CreateCollection or CreateTask { Generated: null }).ToArray();
        if (submitted.Length == 0)
            return ([], []);

        var store = new CollectionStore(connection);
        var refused = new List<(ReadMessage, string)>();
        var planned = await PlanAsync(store, submitted, refused, cancellation);
        var fresh = planned.DistinctBy(plan => plan.Plan.Id).ToArray();
        var inserted = await store.InsertAsync([.. fresh.Select(plan => (plan.Plan, plan.Digest))], cancellation);
        await RefuseOtherBodiesAsync(store, [.. planned.Except(fresh.Where(plan => inserted.Contains(plan.Plan.Id)))], refused, cancellation);

        var created = fresh.Where(plan => inserted.Contains(plan.Plan.Id)).Select(plan => plan.Plan).ToArray();
        await store.InsertContainersAsync([.. created.SelectMany(plan => plan.Containers.Select(container => (plan.Id, container)))], cancellation);
        var generators = created.SelectMany(plan => plan.Generators.Select(generator => (plan.Id, generator))).ToArray();
        if (generators.Length > 0)
            await new GeneratorStore(connection).InsertAsync(generators, cancellation);
        return ([.. created.SelectMany(plan => plan.Tasks.Select(task => (plan, task)))], refused);
    }

    private async Task<List<Planned>> PlanAsync(
        CollectionStore store, ReadMessage[] submitted, List<(ReadMessage, string)> refused, CancellationToken cancellation)
    {
        var scopes = await store.ScopesAsync([.. submitted.Select(message => OrganisationOf(message.Message!)).Distinct()], cancellation);
        var now = clock.GetUtcNow();
        var planned = new List<Planned>();
        foreach (var message in submitted)
        {
            var organisation = OrganisationOf(message.Message!);
            if (!scopes.TryGetValue(organisation, out var scope))
            {
                refused.Add((message, $"organisation: there is no '{organisation}'"));
                continue;
            }
            var (plan, refusal) = message.Message switch
            {
                CreateTask task => planner.Plan(task, scope, now),
                CreateCollection collection => planner.Plan(collection, scope, now),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
            if (plan is null)
                refused.Add((message, refusal!.ToString()));
            else
                planned.Add(new(message, plan, SHA256.HashData(message.Envelope.Body)));
        }
        return planned;
    }

    /// <summary>The same id with the same body is the same submission; with another body it is a mistake that must be heard of.</summary>
    private static async Task RefuseOtherBodiesAsync(
        CollectionStore store, List<Planned> planned, List<(ReadMessage, string)> refused, CancellationToken cancellation)
    {
        if (planned.Count == 0)
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

    private sealed record Planned(ReadMessage Message, CollectionPlan Plan, byte[] Digest);
}
