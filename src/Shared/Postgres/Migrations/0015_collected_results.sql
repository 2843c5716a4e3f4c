-- What an aggregator reads.

-- The children of a container of the same collection in their order, with what they returned; null where they returned nothing.
create function task_manager.container_results(p_collection uuid, p_container text, p_after int, p_limit int)
returns table (ordinal int, name text, state text, data text, object_bucket text, object_key text, object_length bigint, object_sha256 text)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    select t.ordinal, t.name, t.state::text, d.data, d.object_bucket, d.object_key, d.object_length, d.object_sha256
      from task_manager.container c
      join task_manager.task t on t.container_id = c.id
      left join task_manager.task_data d on d.task_id = t.id and d.attempt = t.attempt and d.part = 0 and t.state = 'Succeeded'
     where c.collection_id = p_collection and c.name = p_container and t.ordinal > p_after
     order by t.ordinal
     limit p_limit
$$;

create function task_manager.has_container(p_collection uuid, p_container text) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    select exists (select from task_manager.container c where c.collection_id = p_collection and c.name = p_container)
$$;

revoke all on function task_manager.container_results, task_manager.has_container from public;
grant execute on function task_manager.container_results, task_manager.has_container to tm_internal, tm_worker;
