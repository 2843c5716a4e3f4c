using Dapper;
using Npgsql;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scope;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Postgres.Reading;

/// <summary>What people look at: collections, tasks, their history and results. Reads only.</summary>
public sealed class MeshReader(NpgsqlDataSource database)
{
    /// <summary>The newest first.</summary>
    public Task<IReadOnlyList<CollectionView>> CollectionsAsync(string? state, int limit, CancellationToken cancellation)
    {
        const string where = """
             where @state::text is null or c.state = @state::task_manager.task_state
             order by c.created_at desc
             limit @limit
            """;
        return QueryAsync<CollectionView>(CollectionColumns + where, new { state, limit }, cancellation);
    }

    public Task<CollectionView?> CollectionAsync(Guid id, CancellationToken cancellation) =>
        SingleAsync<CollectionView>(CollectionColumns + " where c.id = @id", new { id }, cancellation);

    public Task<IReadOnlyList<ContainerView>> ContainersAsync(Guid collection, CancellationToken cancellation)
    {
        const string sql = """
            select c.id, c.parent_id as parentId, c.ordinal, c.name, c.mode::text as mode, c.state::text as state,
                   (c.children + coalesce(m.created, 0))::int as children
              from task_manager.container c
              left join lateral (
                   select sum(d.created) as created
                     from task_manager.generator g join task_manager.generated d on d.task_id = g.task_id
                    where g.collection_id = c.collection_id and g.container_id = c.id and not g.ended) m on true
             where c.collection_id = @collection
             order by c.ordinal
            """;
        return QueryAsync<ContainerView>(sql, new { collection }, cancellation);
    }

    /// <summary>The first children of a container, in their order.</summary>
    public Task<IReadOnlyList<TaskView>> TasksAsync(Guid container, int limit, CancellationToken cancellation) =>
        QueryAsync<TaskView>(
            $"{TaskColumns} where t.container_id = @container order by t.ordinal limit @limit", new { container, limit }, cancellation);

    public Task<TaskView?> TaskAsync(Guid id, CancellationToken cancellation) =>
        SingleAsync<TaskView>($"{TaskColumns} where t.id = @id", new { id }, cancellation);

    public Task<IReadOnlyList<EventView>> EventsAsync(Guid task, CancellationToken cancellation)
    {
        const string sql = """
            select e.at, e.state::text as state, e.attempt, e.worker, e.reason
              from task_manager.task_event e
             where e.task_id = @task
             union all
            select s.at, 'stale', s.attempt, null, 'its report ' || s.outcome || ' was refused: a later attempt had begun'
              from task_manager.stale_report s
             where s.task_id = @task
             order by at
            """;
        return QueryAsync<EventView>(sql, new { task }, cancellation);
    }

    /// <summary>What a task returned; null while there is nothing.</summary>
    public Task<OutputView?> OutputAsync(Guid task, CancellationToken cancellation)
    {
        const string sql = """
            select d.data, d.object_bucket as bucket, d.object_key as key, d.object_length as length, d.object_sha256 as sha256
              from task_manager.task t
              join task_manager.task_data d on d.task_id = t.id and d.attempt = t.attempt and d.part = 0
             where t.id = @task and t.state = 'Succeeded'
            """;
        return SingleAsync<OutputView>(sql, new { task }, cancellation);
    }

    /// <summary>Tasks of a collection that have ended, with their outputs, after those already seen.</summary>
    public Task<IReadOnlyList<ResultView>> ResultsAsync(Guid collection, DateTime after, CancellationToken cancellation)
    {
        const string sql = """
            select t.id, t.name, t.kind, t.state::text as state, t.attempt, t.reason, t.ended_at as endedAt,
                   d.data, d.object_bucket as bucket, d.object_key as key, d.object_length as length, d.object_sha256 as sha256
              from task_manager.task t
              left join task_manager.task_data d on d.task_id = t.id and d.attempt = t.attempt and d.part = 0
             where t.container_id in (select id from task_manager.container where collection_id = @collection)
               and t.ended_at >= @after
             order by t.ended_at
            """;
        return QueryAsync<ResultView>(sql, new { collection, after }, cancellation);
    }

    public async Task<ScanScope?> ScopeAsync(string organisation, CancellationToken cancellation)
    {
        const string sql = "select scope from task_manager.organisation where name = @organisation";
        return await SingleAsync<string>(sql, new { organisation }, cancellation) is { } scope ? Json.ReadSingleScope(scope) : null;
    }

    /// <returns>Null if there is no such organisation.</returns>
    public Task<OrganisationLimits?> LimitsAsync(string organisation, CancellationToken cancellation)
    {
        const string sql = """
            select most_waiting as mostWaiting, most_tasks as mostTasks, packet_rate as packetsPerSecond, rescan_interval as rescanInterval
              from task_manager.organisation where name = @organisation
            """;
        return SingleAsync<OrganisationLimits>(sql, new { organisation }, cancellation);
    }

    /// <summary>Packets a second that any one network may get.</summary>
    public async Task<int> NetworkRateAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<int>(
            new CommandDefinition("select network_rate from task_manager.control_state", cancellationToken: cancellation));
    }

    /// <summary>The times at which an organisation's scans may run; none allows any.</summary>
    public async Task<IReadOnlyList<ScanWindow>> WindowsAsync(string organisation, CancellationToken cancellation)
    {
        const string sql = "select windows from task_manager.organisation where name = @organisation and windows is not null";
        return await SingleAsync<string>(sql, new { organisation }, cancellation) is { } windows ? Json.ReadWindows(windows) : [];
    }

    public async Task<bool> KillSwitchAsync(CancellationToken cancellation) =>
        await SingleAsync<string>("select 'on' from task_manager.control_state where kill_switch", new { }, cancellation) is not null;

    /// <summary>Tasks of a collection that have not ended, in their order.</summary>
    public Task<IReadOnlyList<Guid>> OpenTasksAsync(Guid collection, int limit, CancellationToken cancellation)
    {
        const string sql = """
            select t.id
              from task_manager.container c
              join task_manager.task t on t.container_id = c.id
             where c.collection_id = @collection and t.ended_at is null
             order by c.id, t.ordinal
             limit @limit
            """;
        return QueryAsync<Guid>(sql, new { collection, limit }, cancellation);
    }

    public async Task<bool> HasOrganisationAsync(string organisation, CancellationToken cancellation)
    {
        const string sql = "select name from task_manager.organisation where name = @organisation";
        return await SingleAsync<string>(sql, new { organisation }, cancellation) is not null;
    }

    /// <summary>Why a message was put aside, if one that would have made this was.</summary>
    public Task<string?> QuarantineReasonAsync(Guid id, CancellationToken cancellation)
    {
        const string sql = """
            select reason from task_manager.quarantine
             where position(convert_to(@id, 'UTF8') in body) > 0
             order by at desc
             limit 1
            """;
        return SingleAsync<string>(sql, new { id = id.ToString() }, cancellation);
    }

    public Task<IReadOnlyList<WorkerView>> WorkersAsync(CancellationToken cancellation)
    {
        const string sql = """
            select w.id, w.pool, p.class, w.state, w.version, w.parallelism, w.started_at as startedAt, w.last_seen as lastSeen,
                   (select count(distinct t.id)
                      from task_manager.dispatch d cross join unnest(d.tasks) as sent(id)
                      join task_manager.task t on t.id = sent.id
                     where d.pool = w.pool and t.state = 'Running' and t.worker = w.id)::int as running
              from task_manager.worker w join task_manager.pool p on p.name = w.pool
             order by w.started_at
            """;
        return QueryAsync<WorkerView>(sql, new { }, cancellation);
    }

    /// <summary>Waiting tasks are counted up to a bound, so that a long backlog costs no more than a short one.</summary>
    public Task<IReadOnlyList<PoolView>> PoolsAsync(CancellationToken cancellation)
    {
        const string sql = """
            select p.name, p.class, p.slots, p.packet_rate as packetsPerSecond, p.in_flight as inFlight,
                   case when p.class <> 'BareMetal' then coalesce(2 * p.slots, p.dispatch_window)
                        else 2 * least(p.slots, greatest(
                             (select sum(w.parallelism) from task_manager.worker w where w.pool = p.name and w.state = 'live'),
                             1))::int end as window,
                   (select count(*) from (
                           select from task_manager.task t where t.pool = p.name and t.ready limit 100000) ready)::int as waiting
              from task_manager.pool p
             order by p.class, p.name
            """;
        return QueryAsync<PoolView>(sql, new { }, cancellation);
    }

    /// <summary>How many instances the cloud was asked for and gave.</summary>
    public async Task<int> LaunchCountAsync(CancellationToken cancellation)
    {
        const string sql = "select count(distinct instance_id)::int as count from task_manager.launch_attempt where instance_id is not null";
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.ExecuteScalarAsync<int>(new CommandDefinition(sql, cancellationToken: cancellation));
    }

    /// <summary>Open endpoints of an organisation, by address and port.</summary>
    public Task<IReadOnlyList<EndpointView>> EndpointsAsync(string organisation, CancellationToken cancellation)
    {
        const string sql = """
            select host(address) as address, port, transport, first_seen as firstSeen, last_seen as lastSeen, source_task as sourceTask
              from recon.endpoint
             where organisation = @organisation and gone_at is null
             order by endpoint.address, port
            """;
        return QueryAsync<EndpointView>(sql, new { organisation }, cancellation);
    }

    public Task<IReadOnlyList<string>> DomainsAsync(string organisation, CancellationToken cancellation) =>
        QueryAsync<string>(
            "select name from recon.domain where organisation = @organisation and gone_at is null order by name", new { organisation }, cancellation);

    /// <summary>
    /// Children of containers are containers or tasks: no task is counted one by one. Those of generators that have not ended are counted apart.
    /// </summary>
    private const string CollectionColumns = """
        select c.id, c.name, c.organisation, c.state::text as state, c.priority::int as priority, c.created_at as createdAt,
               c.ended_at as endedAt,
               ((select sum(k.children) - count(*) + 1 from task_manager.container k where k.collection_id = c.id)
                + (select coalesce(sum(d.created), 0) from task_manager.generator g join task_manager.generated d on d.task_id = g.task_id
                    where g.collection_id = c.id and not g.ended))::int as tasks
          from task_manager.collection c

        """;

    private const string TaskColumns = """
        select t.id, t.collection_id as collectionId, t.container_id as containerId, t.name, t.kind, t.state::text as state, t.attempt,
               t.failures::int as failures, t.pool, t.worker, t.reason, t.stack, t.created_at as createdAt, t.started_at as startedAt,
               t.ended_at as endedAt, t.input, t.ordinal, t.parent_id as parentId
          from task_manager.task t
        """;

    private async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object parameters, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return (await connection.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellation))).AsList();
    }

    private async Task<T?> SingleAsync<T>(string sql, object parameters, CancellationToken cancellation)
        where T : class
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await connection.QueryFirstOrDefaultAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: cancellation));
    }
}

public sealed record CollectionView(
    Guid Id, string? Name, string Organisation, string State, int Priority, DateTime CreatedAt, DateTime? EndedAt, int Tasks);

public sealed record ContainerView(Guid Id, Guid? ParentId, int Ordinal, string? Name, string Mode, string State, int Children);

public sealed record TaskView(
    Guid Id,
    Guid CollectionId,
    Guid ContainerId,
    string Name,
    string Kind,
    string State,
    int Attempt,
    int Failures,
    string? Pool,
    string? Worker,
    string? Reason,
    string? Stack,
    DateTime CreatedAt,
    DateTime? StartedAt,
    DateTime? EndedAt,
    string Input,
    int Ordinal,
    Guid? ParentId);

public sealed record EventView(DateTime At, string State, int Attempt, string? Worker, string? Reason);

/// <param name="Data">JSON text; null if the result is in the object store, or if there is none.</param>
public sealed record OutputView(string? Data, string? Bucket, string? Key, long? Length, string? Sha256)
{
    public ObjectReference? At => Key is null ? null : new(Bucket!, Key, Length!.Value, Sha256!);
}

public sealed record ResultView(
    Guid Id,
    string Name,
    string Kind,
    string State,
    int Attempt,
    string? Reason,
    DateTime EndedAt,
    string? Data,
    string? Bucket,
    string? Key,
    long? Length,
    string? Sha256)
{
    public OutputView Output => new(Data, Bucket, Key, Length, Sha256);
}

/// <param name="Slots">As set by hand; null for the configuration's.</param>
public sealed record PoolView(string Name, string Class, int? Slots, int? PacketsPerSecond, int InFlight, int Window, int Waiting);

public sealed record EndpointView(string Address, int Port, string Transport, DateTime FirstSeen, DateTime LastSeen, Guid SourceTask);
