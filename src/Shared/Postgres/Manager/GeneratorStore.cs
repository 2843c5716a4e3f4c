using Npgsql;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;
using static TaskMesh.Postgres.Manager.Statement;

namespace TaskMesh.Postgres.Manager;

/// <summary>
/// Generators and how many of their children exist: counted batch by batch in 16 rows, never looked at one by one. As with containers,
/// whether all are there is asked after the commit.
/// </summary>
public sealed class GeneratorStore(NpgsqlConnection connection)
{
    public Task InsertAsync(IReadOnlyList<(Guid Collection, GeneratorPlan Plan)> generators, CancellationToken cancellation)
    {
        const string sql = """
            insert into task_manager.generator (task_id, collection_id, container_id, first_ordinal)
            select * from unnest($1, $2, $3, $4)
            """;
        return connection.Command(
            sql,
            In(generators.Select(generator => generator.Plan.Task).ToArray()),
            In(generators.Select(generator => generator.Collection).ToArray()),
            In(generators.Select(generator => generator.Plan.Container).ToArray()),
            In(generators.Select(generator => generator.Plan.FirstOrdinal).ToArray()))
            .LaterAsync(cancellation);
    }

    /// <summary>Where the children of generators go.</summary>
    public async Task<IReadOnlyDictionary<Guid, GeneratorPlace>> PlacesAsync(IReadOnlyCollection<Guid> generators, CancellationToken cancellation)
    {
        const string sql = """
            select g.task_id, g.container_id, c.state::text, g.first_ordinal, c.released, g.ended,
                   k.id, k.organisation, k.priority, k.deadline - task_manager.clock(), k.labels, k.scope, k.trace_id,
                   coalesce((select o.most_tasks from task_manager.organisation o where o.name = k.organisation), $2)
                   - (select coalesce(sum(d.created), 0)::int
                        from task_manager.generator m join task_manager.generated d on d.task_id = m.task_id where m.collection_id = k.id)
              from unnest($1) as asked(id)
              join task_manager.generator g on g.task_id = asked.id
              join task_manager.container c on c.id = g.container_id
              join task_manager.collection k on k.id = g.collection_id
            """;
        var places = await connection.Command(sql, In(generators.ToArray()), In(Generated.MostChildren)).QueryAsync(
            row => new GeneratorPlace(
                row.GetGuid(0),
                new CollectionPlan(
                    row.GetGuid(6),
                    row.GetString(7),
                    null,
                    row.GetInt16(8),
                    row.GetTimeSpan(9),
                    Json.ReadLabels(row.GetString(10)),
                    Json.ReadScope(row.GetString(11)),
                    row.GetString(12),
                    [],
                    [],
                    []),
                row.GetGuid(1),
                row.Enum<TaskState>(2),
                row.GetInt32(3),
                row.GetInt32(4),
                row.GetBoolean(5),
                row.GetInt32(13)),
            cancellation);
        return places.ToDictionary(place => place.Generator);
    }

    /// <summary>Lets a generator make no more; when it has said how many it made, it fails.</summary>
    public Task RefuseAsync(IReadOnlyCollection<Guid> generators, string reason, CancellationToken cancellation)
    {
        const string sql = "update task_manager.generator set refused = $2 where task_id = any($1) and refused is null";
        return connection.Command(sql, In(generators.ToArray()), In(reason)).LaterAsync(cancellation);
    }

    /// <returns>Those that exist.</returns>
    public async Task<IReadOnlySet<Guid>> ExistingAsync(IReadOnlyCollection<Guid> tasks, CancellationToken cancellation)
    {
        const string sql = "select t.id from unnest($1) as asked(id) join task_manager.task t on t.id = asked.id";
        return (await connection.Command(sql, In(tasks.ToArray())).QueryAsync(row => row.GetGuid(0), cancellation)).ToHashSet();
    }

    public Task AddCreatedAsync(short shard, IReadOnlyDictionary<Guid, ChildCount> created, CancellationToken cancellation)
    {
        const string sql = """
            insert into task_manager.generated as g (task_id, shard, created, digest)
            select n.task_id, $1, n.created, n.digest
              from unnest($2, $3, $4) as n(task_id, created, digest)
             order by n.task_id
                on conflict (task_id, shard) do update set created = g.created + excluded.created, digest = g.digest # excluded.digest
            """;
        return connection.Command(
            sql,
            In(shard),
            In(created.Keys.ToArray()),
            In(created.Values.Select(count => count.Count).ToArray()),
            In(created.Values.Select(count => count.Digest).ToArray()))
            .LaterAsync(cancellation);
    }

    /// <returns>Of tasks that exist: those that were made with another input.</returns>
    public async Task<IReadOnlySet<Guid>> DifferingAsync(IReadOnlyList<TaskPlan> tasks, CancellationToken cancellation)
    {
        const string sql = """
            select t.id from unnest($1, $2) as asked(id, input) join task_manager.task t on t.id = asked.id where t.input <> asked.input
            """;
        var ids = await connection.Command(
            sql, In(tasks.Select(task => task.Id).ToArray()), In(tasks.Select(task => Json.Write(task.Input)).ToArray()))
            .QueryAsync(row => row.GetGuid(0), cancellation);
        return ids.ToHashSet();
    }

    /// <summary>Keeps what generators said that they made.</summary>
    public Task DeclareAsync(IReadOnlyDictionary<Guid, ChildCount> declared, CancellationToken cancellation)
    {
        const string sql = """
            update task_manager.generator g
               set declared = d.declared, digest = d.digest
              from (select * from unnest($1, $2, $3) as d(id, declared, digest) order by id) d
             where g.task_id = d.id and not g.ended
            """;
        return connection.Command(
            sql,
            In(declared.Keys.ToArray()),
            In(declared.Values.Select(count => count.Count).ToArray()),
            In(declared.Values.Select(count => count.Digest).ToArray()))
            .LaterAsync(cancellation);
    }

    public Task<List<GeneratorFacts>> FactsAsync(IReadOnlyCollection<Guid> generators, CancellationToken cancellation)
    {
        const string sql = """
            select g.task_id, g.container_id, c.state::text, c.released, g.declared, g.digest, n.created, n.digest, g.ended, g.counted, t.failures,
                   g.refused
              from unnest($1) as asked(id)
              join task_manager.generator g on g.task_id = asked.id
              join task_manager.container c on c.id = g.container_id
              join task_manager.task t on t.id = g.task_id
             cross join lateral (
                   select coalesce(sum(d.created), 0)::int as created, coalesce(bit_xor(d.digest), 0) as digest
                     from task_manager.generated d where d.task_id = g.task_id) n
            """;
        return connection.Command(sql, In(generators.ToArray())).QueryAsync(
            row => new GeneratorFacts(
                row.GetGuid(0),
                row.GetGuid(1),
                row.Enum<TaskState>(2),
                row.GetInt32(3),
                row.IsDBNull(4) ? null : new ChildCount(row.GetInt32(4), row.GetInt64(5)),
                new ChildCount(row.GetInt32(6), row.GetInt64(7)),
                row.GetBoolean(8),
                row.GetInt32(9),
                row.GetInt16(10),
                row.TextOrNull(11)),
            cancellation);
    }

    /// <summary>Generators that have declared and not ended: what a Manager left behind that died between commit and settling.</summary>
    public Task<List<Guid>> WaitingAsync(int limit, CancellationToken cancellation)
    {
        const string sql = "select task_id from task_manager.generator where declared is not null and not ended order by task_id limit $1";
        return connection.Command(sql, In(limit)).QueryAsync(row => row.GetGuid(0), cancellation);
    }

    /// <summary>Ends the wait of generators for their children.</summary>
    /// <returns>Those that this call moved, with the containers that hold them.</returns>
    public Task<List<(Guid Task, Guid Container)>> MoveAsync(IReadOnlyList<(Guid Task, TaskMove Move)> moves, CancellationToken cancellation)
    {
        const string sql = """
            update task_manager.task t
               set state = m.state::task_manager.task_state, failures = m.failures, reason = m.reason, ended_at = task_manager.clock()
              from (select * from unnest($1, $2, $3, $4) as m(id, state, failures, reason) order by id) m
             where t.id = m.id and t.state = 'PendingTaskCreation'
         returning t.id, t.container_id
         """;
        return connection.Command(
            sql,
            In(moves.Select(move => move.Task).ToArray()),
            In(moves.Select(move => move.Move.State.ToString()).ToArray()),
            In(moves.Select(move => (short)move.Move.Failures).ToArray()),
            In(moves.Select(move => move.Move.Reason).ToArray()))
            .QueryAsync(row => (row.GetGuid(0), row.GetGuid(1)), cancellation);
    }

    /// <summary>
    /// Those of the given tasks that are generators have ended: their containers count the children that exist. Again, when children of one that
    /// ended badly were still being made: so the rows are locked before anything is summed.
    /// </summary>
    /// <returns>The containers that they fill.</returns>
    public async Task<IReadOnlyCollection<Guid>> EndAsync(IReadOnlyCollection<Guid> tasks, CancellationToken cancellation)
    {
        const string locked = """
            select g.task_id from unnest($1) as asked(id) join task_manager.generator g on g.task_id = asked.id order by g.task_id for update of g
            """;
        const string end = """
            with summed as (
                select g.task_id, g.container_id, g.counted, g.ended, coalesce(sum(d.created), 0)::int as created
                  from unnest($1) as asked(id)
                  join task_manager.generator g on g.task_id = asked.id
                  left join task_manager.generated d on d.task_id = g.task_id
                 group by g.task_id
            ), marked as (
                update task_manager.generator g set ended = true, counted = s.created from summed s where g.task_id = s.task_id
            )
            update task_manager.container c
               set children = c.children + s.more, open_generators = c.open_generators - s.closed
              from (select container_id, sum(created - counted) as more, count(*) filter (where not ended) as closed
                      from summed group by container_id order by container_id) s
             where c.id = s.container_id
         returning c.id
         """;
        var generators = await connection.Command(locked, In(tasks.Distinct().ToArray())).QueryAsync(row => row.GetGuid(0), cancellation);
        return generators.Count == 0
            ? []
            : await connection.Command(end, In(generators.ToArray())).QueryAsync(row => row.GetGuid(0), cancellation);
    }
}
