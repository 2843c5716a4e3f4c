namespace TaskMesh.Benchmarks.Orchestration;

/// <summary>Puts collections into a database as if Managers and workers had brought their tasks there.</summary>
internal static class Filling
{
    /// <summary>What is Pending may be dispatched; what is not takes up room in its pool, and its id is its nonce.</summary>
    public static string Sql(int collections, int size, string state, string pool) => $$"""
        set session_replication_role = replica;
        insert into task_manager.collection (id, organisation, priority, deadline, labels, scope, trace_id, digest)
        select gen_random_uuid(), 'default', 0, now() + interval '1 day', '{}', '[]', '', '' from generate_series(1, {{collections}});
        insert into task_manager.container (id, collection_id, ordinal, mode, policy, children, released, state)
        select id, id, 0, 'Parallel', '{"type":"All"}', {{size}}, 2147483647, 'Running' from task_manager.collection;
        insert into task_manager.task (
               id, collection_id, container_id, ordinal, attempt, state, ready, nonce, lease_until, priority, deadline, organisation, pool, kind,
               input)
        select n.id, c.id, c.id, n.ordinal, (s.state <> 'Pending')::int, s.state, s.state = 'Pending', n.id,
               case when s.state = 'Running' then now() + interval '1 day' end, 0, now() + interval '1 day', 'default', '{{pool}}', 'no-op',
               '{"number":1}'
          from task_manager.collection c
         cross join (select '{{state}}'::task_manager.task_state as state) s
         cross join lateral (
               select gen_random_uuid() as id, ordinal from generate_series(0, {{size - 1}}) ordinal where c.id is not null) n;
        update task_manager.pool
           set dispatch_window = {{collections * size}}, in_flight = {{(state == "Pending" ? 0 : collections * size)}}
         where name = '{{pool}}';
        set session_replication_role = default;
        analyze task_manager.task;
        """;
}
