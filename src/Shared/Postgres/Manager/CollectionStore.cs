using System.Text.Json;
using Npgsql;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Workflow;
using static TaskMesh.Postgres.Manager.Statement;

namespace TaskMesh.Postgres.Manager;

/// <summary>Organisations, and collections with their containers as they are submitted.</summary>
public sealed class CollectionStore(NpgsqlConnection connection)
{
    /// <summary>What each organisation that exists may do.</summary>
    public Task<Later<(string Organisation, OrganisationFacts Facts)>> OrganisationsAsync(
        IReadOnlyCollection<string> organisations, CancellationToken cancellation)
    {
        const string sql = "select name, scope, most_waiting, most_tasks, rescan_interval from task_manager.organisation where name = any($1)";
        return connection.Command(sql, In(organisations.ToArray())).QueryLaterAsync(
            row => (row.GetString(0), new OrganisationFacts(
                row.TextOrNull(1) is { } scope ? JsonSerializer.Deserialize(scope, MessageJson.Default.ScanScope) : null,
                new(
                    row.IsDBNull(2) ? null : row.GetInt32(2),
                    row.IsDBNull(3) ? null : row.GetInt32(3),
                    RescanInterval: row.IsDBNull(4) ? null : row.GetTimeSpan(4)))),
            cancellation);
    }

    /// <summary>
    /// How many tasks each organisation has in line, counted no further than it may have. The lines are found by skipping over the index: one for
    /// each pool and priority.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, int>> WaitingAsync(IReadOnlyDictionary<string, int> most, CancellationToken cancellation)
    {
        const string sql = """
            with recursive line as (
                select p.name as pool, (select max(t.priority) from task_manager.task t where t.pool = p.name and t.ready) as priority
                  from task_manager.pool p
                 union all
                select l.pool, (select max(t.priority) from task_manager.task t where t.pool = l.pool and t.ready and t.priority < l.priority)
                  from line l
                 where l.priority is not null
            )
            select o.name, (
                   select count(*)
                     from line l
                    cross join lateral (
                          select from task_manager.task t
                           where t.pool = l.pool and t.ready and t.priority = l.priority and t.organisation = o.name
                           limit o.most) waiting
                    where l.priority is not null)::int
              from unnest($1, $2) as o(name, most)
            """;
        var rows = await connection.Command(sql, In(most.Keys.ToArray()), In(most.Values.ToArray())).QueryAsync(
            row => (Name: row.GetString(0), Waiting: row.GetInt32(1)), cancellation);
        return rows.ToDictionary(row => row.Name, row => row.Waiting);
    }

    /// <summary>Inserts collections that are new, with their containers, and with their messages where these are whole workflows.</summary>
    /// <returns>The ids that are new; the others exist already.</returns>
    public Task<Later<Guid>> InsertAsync(
        IReadOnlyList<(CollectionPlan Plan, byte[] Digest, byte[]? Submission)> collections, CancellationToken cancellation)
    {
        const string sql = """
            with fresh as (
                insert into task_manager.collection (id, organisation, name, priority, deadline, labels, scope, trace_id, digest, submission)
                select c.id, c.organisation, c.name, c.priority, k.now + c.deadline, c.labels, c.scope, c.trace_id, c.digest,
                       c.submission
                  from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $22)
                       as c(id, organisation, name, priority, deadline, labels, scope, trace_id, digest, submission),
                       (select task_manager.clock() as now) k
                    on conflict (id) do nothing
             returning id
            ), containers as (
                insert into task_manager.container (
                       id, collection_id, parent_id, ordinal, name, mode, policy, max_concurrency, children, released, state, filled, open_generators)
                select c.id, c.collection_id, c.parent_id, c.ordinal, c.name, c.mode::task_manager.container_mode, c.policy, c.max_concurrency,
                       c.children, c.released, c.state::task_manager.task_state, c.generators > 0, c.generators
                  from unnest($10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
                       as c(id, collection_id, parent_id, ordinal, name, mode, policy, max_concurrency, children, released, state, generators)
                 where c.collection_id in (select id from fresh)
            )
            select id from fresh
            """;
        var plans = collections.Select(collection => collection.Plan).ToArray();
        (Guid Collection, ContainerPlan Plan)[] containers =
            [.. plans.SelectMany(plan => plan.Containers.Select(container => (plan.Id, container)))];
        return connection.Command(
            sql,
            In(plans.Select(plan => plan.Id).ToArray()),
            In(plans.Select(plan => plan.Organisation).ToArray()),
            In(plans.Select(plan => plan.Name).ToArray()),
            In(plans.Select(plan => (short)plan.Priority).ToArray()),
            In(plans.Select(plan => plan.Deadline).ToArray()),
            In(plans.Select(plan => Json.Write(plan.Labels)).ToArray()),
            In(plans.Select(plan => Json.Write(plan.Scope)).ToArray()),
            In(plans.Select(plan => plan.TraceId).ToArray()),
            In(collections.Select(collection => collection.Digest).ToArray()),
            In(containers.Select(container => container.Plan.Id).ToArray()),
            In(containers.Select(container => container.Collection).ToArray()),
            In(containers.Select(container => container.Plan.Parent).ToArray()),
            In(containers.Select(container => container.Plan.Ordinal).ToArray()),
            In(containers.Select(container => container.Plan.Name).ToArray()),
            In(containers.Select(container => container.Plan.Mode.ToString()).ToArray()),
            In(containers.Select(container => Json.Write(container.Plan.Policy)).ToArray()),
            In(containers.Select(container => container.Plan.MaxConcurrency).ToArray()),
            In(containers.Select(container => container.Plan.Children).ToArray()),
            In(containers.Select(container => container.Plan.Started ? container.Plan.FirstRelease : 0).ToArray()),
            In(containers.Select(container => (container.Plan.Started ? TaskState.Running : TaskState.Pending).ToString()).ToArray()),
            In(containers.Select(container => container.Plan.Generators).ToArray()),
            In(collections.Select(collection => collection.Submission).ToArray()))
            .QueryLaterAsync(row => row.GetGuid(0), cancellation);
    }

    public async Task<IReadOnlyDictionary<Guid, byte[]>> DigestsAsync(IReadOnlyCollection<Guid> collections, CancellationToken cancellation)
    {
        const string sql = "select id, digest from task_manager.collection where id = any($1)";
        var rows = await connection.Command(sql, In(collections.ToArray())).QueryAsync(
            row => (Id: row.GetGuid(0), Digest: row.GetFieldValue<byte[]>(1)), cancellation);
        return rows.ToDictionary(row => row.Id, row => row.Digest);
    }
}

/// <param name="Scope">Null allows nothing.</param>
public sealed record OrganisationFacts(ScanScope? Scope, OrganisationLimits Limits);
