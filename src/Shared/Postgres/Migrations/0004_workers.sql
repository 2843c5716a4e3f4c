-- What a worker with a database may do to task rows: these functions and nothing else.

-- After a restart of PostgreSQL every lease gets its full time again: workers could not renew while the server was away.
create function task_manager.lease_expired(lease_until timestamptz, lease interval) returns boolean
    language sql volatile parallel safe
    return lease_until < task_manager.clock() and pg_postmaster_start_time() + lease < task_manager.clock();

-- A task with which so many workers were lost, and which got nowhere, is taken for what kills them.
create function task_manager.lost_limit() returns int
    language sql immutable parallel safe
    return 5;

-- Starts attempts; what does not come back was not started. A task that is Running under an expired lease is taken over in the same statement,
-- as a new attempt. What a worker was lost with starts only where nothing runs beside it (p_alone).
create function task_manager.claim(p_tasks uuid[], p_attempts int[], p_nonces uuid[], p_worker text, p_lease interval, p_alone boolean)
returns table (task_id uuid, attempt int, nonce uuid, checkpoint text, time_left interval)
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
    update task_manager.task t
       set state = 'Running',
           attempt = t.attempt + (t.state = 'Running')::int,
           lost = t.lost + (t.state = 'Running')::int,
           nonce = case when t.state = 'Running' then gen_random_uuid() else t.nonce end,
           reason = case when t.state = 'Running' then 'taken over: the lease of ' || t.worker || ' expired' end,
           worker = p_worker,
           started_at = task_manager.clock(),
           lease_until = least(task_manager.clock() + p_lease, t.deadline)
      from unnest(p_tasks, p_attempts, p_nonces) as a(id, attempt, nonce), task_manager.container c
     where t.id = a.id
       and c.id = t.container_id
       and c.state = 'Running'
       and t.deadline > task_manager.clock()
       and (t.state = 'Dispatched' and t.attempt = a.attempt and t.nonce = a.nonce
                and (p_alone or t.lost <= 0)
            or t.state = 'Running' and t.attempt >= a.attempt and task_manager.lease_expired(t.lease_until, p_lease)
                and (p_alone or t.lost < 0) and t.lost + 1 < task_manager.lost_limit())
 returning t.id, t.attempt, t.nonce, t.checkpoint, t.deadline - task_manager.clock()
$$;

-- Of tasks that were not started: those that another worker runs, with the time that its lease still lasts, and those to be claimed alone.
create function task_manager.busy(p_tasks uuid[], p_attempts int[], p_lease interval, p_alone boolean)
returns table (task_id uuid, lease_left interval, alone boolean)
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
    select t.id, greatest(t.lease_until - task_manager.clock(), interval '1 second'),
           not p_alone and (t.state = 'Dispatched'
               or t.lost >= 0 and t.lost + 1 < task_manager.lost_limit() and task_manager.lease_expired(t.lease_until, p_lease))
      from unnest(p_tasks, p_attempts) as a(id, attempt)
      join task_manager.task t on t.id = a.id
     where t.state = 'Running' and t.attempt >= a.attempt
        or t.state = 'Dispatched' and t.attempt = a.attempt and t.lost > 0 and not p_alone
$$;

-- Extends leases, never past the deadline. What does not come back must stop.
create function task_manager.renew(p_tasks uuid[], p_attempts int[], p_lease interval)
returns setof uuid
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
    update task_manager.task t
       set lease_until = least(task_manager.clock() + p_lease, t.deadline)
      from unnest(p_tasks, p_attempts) as a(id, attempt), task_manager.container c
     where t.id = a.id
       and t.attempt = a.attempt
       and t.state = 'Running'
       and t.deadline > task_manager.clock()
       and c.id = t.container_id
       and c.state = 'Running'
 returning t.id
$$;

-- Begins every transaction in which a worker writes results: holds the task's row, so that no takeover slips in before the commit.
create function task_manager.fence(p_task uuid, p_attempt int) returns boolean
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
    select exists (
        select from task_manager.task t
         where t.id = p_task and t.attempt = p_attempt and t.state = 'Running'
           for update)
$$;

-- Results of a task of the same collection, once it has succeeded; an attempt that did not complete stays invisible.
create function task_manager.result_parts(p_collection uuid, p_task uuid)
returns setof text
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    select d.data
      from task_manager.task t
      join task_manager.task_data d on d.task_id = t.id and d.attempt = t.attempt
     where t.id = p_task and t.collection_id = p_collection and t.state = 'Succeeded'
     order by d.part
$$;

-- A polling worker says that it lives. Its first heartbeat finishes the launch; false means that it must not take work.
create function task_manager.heartbeat(p_worker text, p_pool text, p_version text, p_parallelism int) returns boolean
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
    with seen as (
        insert into task_manager.worker as w (id, pool, state, version, parallelism)
        values (p_worker, p_pool, 'live', p_version, p_parallelism)
        on conflict (id) do update set last_seen = task_manager.clock() where w.state <> 'gone'
        returning w.state
    ), slot as (
        update task_manager.launch_slot set state = 'live', since = task_manager.clock()
         where instance_id = p_worker and state in ('launching', 'booting')
     returning slot
    ), boots as (
        update task_manager.launch_control set failed_boots = 0 where failed_boots > 0 and exists (select from slot)
    )
    select exists (select from seen where state = 'live')
$$;

-- An idle worker asks to leave. Refused while tasks wait for its pool, and to those that shall be there without work: the check and the
-- announcement are one statement under one lock.
create function task_manager.drain(p_worker text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    pool_name text;
begin
    select w.pool into pool_name from task_manager.worker w where w.id = p_worker;
    perform from task_manager.pool p where p.name = pool_name for update;
    if exists (select from task_manager.task t where t.pool = pool_name and t.ready)
        or exists (
            select from task_manager.dispatch d
              cross join unnest(d.tasks) as sent(id)
              join task_manager.task t on t.id = sent.id
             where d.pool = pool_name and t.state = 'Dispatched')
        or exists (select from task_manager.launch_slot where instance_id = p_worker)
            and (select count(*) from task_manager.launch_slot where state = 'live') <= (select minimum from task_manager.launch_control) then
        return false;
    end if;
    update task_manager.worker set state = 'draining', last_seen = task_manager.clock() where id = p_worker and state = 'live';
    update task_manager.launch_slot set state = 'draining', since = task_manager.clock() where instance_id = p_worker and state = 'live';
    return true;
end $$;

-- A worker that was told to stop: no capacity any more, so that another is launched for what it hands back.
create function task_manager.retire(p_worker text) returns void
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
    update task_manager.worker set state = 'draining', last_seen = task_manager.clock() where id = p_worker and state = 'live';
    update task_manager.launch_slot set state = 'draining', since = task_manager.clock() where instance_id = p_worker and state = 'live'
$$;

-- The worker's last words.
create function task_manager.leave(p_worker text) returns void
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
    update task_manager.worker set state = 'gone', last_seen = task_manager.clock() where id = p_worker
$$;
