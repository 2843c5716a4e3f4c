-- Values that are too large for a message are kept in the object store; rows say where, how long and with which digest.

alter table task_manager.task_data
    alter column data drop not null,
    add column object_bucket text,
    add column object_key text,
    add column object_length bigint,
    add column object_sha256 text;

-- Not valid: the rows of before have data, and to look at each of them would hold everybody up.
alter table task_manager.task_data
    add constraint data_or_object check ((data is null) <> (object_key is null)) not valid;

-- As result_parts, which the version before still calls.
create function task_manager.result_rows(p_collection uuid, p_task uuid)
returns table (data text, object_bucket text, object_key text, object_length bigint, object_sha256 text)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    select d.data, d.object_bucket, d.object_key, d.object_length, d.object_sha256
      from task_manager.task t
      join task_manager.task_data d on d.task_id = t.id and d.attempt = t.attempt
     where t.id = p_task and t.collection_id = p_collection and t.state = 'Succeeded'
     order by d.part
$$;

-- Where a row of recon comes from: joined on source_task and source_attempt it gives task, worker and what the attempt returned, part by part.
create view task_manager.provenance as
    select d.task_id, d.attempt, t.kind, t.collection_id, t.organisation, e.worker, e.at as started_at,
           d.part, d.data, d.object_bucket, d.object_key, d.object_length,
           coalesce(d.object_sha256, encode(sha256(convert_to(d.data, 'UTF8')), 'hex')) as sha256
      from task_manager.task_data d
      join task_manager.task t on t.id = d.task_id
      left join lateral (
           select e.worker, e.at from task_manager.task_event e
            where e.task_id = d.task_id and e.attempt = d.attempt and e.state = 'Running'
            order by e.at desc
            limit 1) e on true;

revoke all on function task_manager.result_rows from public;
grant execute on function task_manager.result_rows to tm_internal, tm_worker;
grant select on task_manager.provenance to tm_reader;
