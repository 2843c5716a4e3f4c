-- A worker sees and writes rows of the organisation whose task it has claimed, and of no other: it names the task and the nonce that only its
-- claim gave it, and the database looks up whose that is. Without a claim there is nothing.

create function task_manager.claimed() returns table (task_id uuid, collection_id uuid, organisation text)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    select t.id, t.collection_id, t.organisation
      from task_manager.task t
     where t.id = nullif(current_setting('taskmesh.task', true), '')::uuid
       and t.nonce = nullif(current_setting('taskmesh.nonce', true), '')::uuid
       and t.state = 'Running'
$$;

-- Says from where another attempt could go on, and up to which part the result holds. False without a claim.
create function task_manager.save_checkpoint(p_checkpoint text, p_parts int) returns boolean
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
    with saved as (
        update task_manager.task t
           set checkpoint = p_checkpoint,
               lost = -1,
               checkpoint_parts = p_parts
          from task_manager.claimed() c
         where t.id = c.task_id
     returning 1)
    select exists (select from saved)
$$;

-- Makes the parts up to the last checkpoint the claimed attempt's own, and forgets those behind it: they will be found again. Returns how many there
-- are.
create function task_manager.adopt_parts() returns int
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
    delete from task_manager.task_data d
     using task_manager.claimed() c
      join task_manager.task t on t.id = c.task_id
     where d.task_id = t.id and d.attempt < t.attempt and d.part > t.checkpoint_parts;
    update task_manager.task_data d
       set attempt = t.attempt
      from task_manager.claimed() c
      join task_manager.task t on t.id = c.task_id
     where d.task_id = t.id and d.attempt < t.attempt and d.part between 1 and t.checkpoint_parts;
    select t.checkpoint_parts from task_manager.claimed() c join task_manager.task t on t.id = c.task_id
$$;

-- What aggregators read, as before, of the claimed task's collection only.
create or replace function task_manager.result_rows(p_collection uuid, p_task uuid)
returns table (data text, object_bucket text, object_key text, object_length bigint, object_sha256 text)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    select d.data, d.object_bucket, d.object_key, d.object_length, d.object_sha256
      from task_manager.task t
      join task_manager.task_data d on d.task_id = t.id and d.attempt = t.attempt
     where t.id = p_task and t.collection_id = p_collection and t.state = 'Succeeded'
       and p_collection = (select c.collection_id from task_manager.claimed() c)
     order by d.part
$$;

create or replace function task_manager.container_results(p_collection uuid, p_container text, p_after int, p_limit int)
returns table (ordinal int, name text, state text, data text, object_bucket text, object_key text, object_length bigint, object_sha256 text)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    select t.ordinal, t.name, t.state::text, d.data, d.object_bucket, d.object_key, d.object_length, d.object_sha256
      from task_manager.container c
      join task_manager.task t on t.container_id = c.id
      left join task_manager.task_data d on d.task_id = t.id and d.attempt = t.attempt and d.part = 0 and t.state = 'Succeeded'
     where c.collection_id = p_collection and c.name = p_container and t.ordinal > p_after
       and p_collection = (select k.collection_id from task_manager.claimed() k)
     order by t.ordinal
     limit p_limit
$$;

create or replace function task_manager.has_container(p_collection uuid, p_container text) returns boolean
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    select exists (
        select from task_manager.container c
         where c.collection_id = p_collection and c.name = p_container
           and p_collection = (select k.collection_id from task_manager.claimed() k))
$$;

-- Its successor asks for the claim.
revoke execute on function task_manager.result_parts from tm_internal, tm_worker;

do $$
declare
    name text;
begin
    foreach name in array array['domain', 'dns_record', 'host', 'endpoint', 'certificate', 'tls_observation', 'change'] loop
        execute format('alter table recon.%I enable row level security', name);
        execute format('create policy everything on recon.%I to tm_manager, tm_reader using (true) with check (true)', name);
        execute format(
            'create policy claimed on recon.%I to tm_internal, tm_worker
                using (organisation = (select c.organisation from task_manager.claimed() c))', name);
    end loop;
    foreach name in array array['task_data', 'task_collection_data'] loop
        execute format('alter table task_manager.%I enable row level security', name);
        execute format('create policy everything on task_manager.%I to tm_manager, tm_reader using (true) with check (true)', name);
    end loop;
end $$;

create policy claimed on task_manager.task_data to tm_internal, tm_worker
    using (task_id = (select c.task_id from task_manager.claimed() c));
create policy claimed on task_manager.task_collection_data to tm_internal, tm_worker
    using (collection_id = (select c.collection_id from task_manager.claimed() c));

revoke all on function task_manager.claimed, task_manager.save_checkpoint, task_manager.adopt_parts from public;
grant execute on function task_manager.claimed, task_manager.save_checkpoint, task_manager.adopt_parts to tm_internal, tm_worker;
