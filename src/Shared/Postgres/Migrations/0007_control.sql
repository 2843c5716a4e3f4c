-- Steering: what is held back and why, scan windows, timeouts of single tasks, dead letters and replay.

-- What may not start for now. A pause has no end until somebody resumes; a scan window's row is the closed time that is or comes next.
-- Rows whose time is over stay for some minutes, in which the sweep lets go of every task that was put aside for them.
create table task_manager.hold (
    id bigint generated always as identity primary key,
    what text not null check (what in ('collection', 'organisation', 'pool', 'scan-window')),
    name text not null,
    since timestamptz not null default task_manager.clock(),
    until timestamptz,
    who text not null,
    why text not null
);

create index hold_of on task_manager.hold (what, name);
create unique index hold_once on task_manager.hold (what, name) where until is null;

-- Allowed times for raw tasks, as JSON; null allows any.
alter table task_manager.organisation add column windows text;

-- timeouts: JSON of what the submitter asked for, null for the kind's own. held_by: the hold for which it was put aside; never ready then.
-- cut_attempt: the attempt that was asked, as a straggler, to save its position so that others share what is left. No hot update touches them.
alter table task_manager.task add column timeouts text, add column held_by bigint, add column cut_attempt int;

create index task_held on task_manager.task (held_by) where held_by is not null;

-- The task whose work this collection does again.
alter table task_manager.collection add column replay_of uuid;

-- Tasks that failed for good, with all that a replay needs.
create table task_manager.dead_letter (
    task_id uuid primary key,
    at timestamptz not null default task_manager.clock(),
    collection_id uuid not null,
    organisation text not null,
    kind text not null,
    state task_manager.task_state not null,
    attempt int not null,
    failures int not null,
    reason text,
    -- Name, input, labels, sources and timeouts as JSON.
    message text not null,
    -- The highest number under which it was replayed.
    replays int not null default 0
);

create index dead_letter_in_time on task_manager.dead_letter (at);
create index dead_letter_of_collection on task_manager.dead_letter (collection_id);

alter table task_manager.quarantine add column replays int not null default 0;

-- Reports of attempts that were no longer the task's when they came: refused, and kept for the task's history.
create table task_manager.stale_report (
    task_id uuid not null,
    attempt int not null,
    at timestamptz not null default task_manager.clock(),
    outcome text not null,
    primary key (task_id, attempt)
);

-- The hold that keeps a task of these from starting, if any.
create function task_manager.hold_on(p_pool text, p_organisation text, p_collection uuid) returns bigint
    language sql volatile parallel safe
    return (
        select h.id from task_manager.hold h
         where (h.what = 'organisation' and h.name = p_organisation
             or h.what = 'collection' and h.name = p_collection::text
             or h.what = 'pool' and h.name = p_pool
             or h.what = 'scan-window' and h.name = p_organisation
                and exists (select from task_manager.pool p where p.name = p_pool and p.class = 'BareMetal'))
           and h.since <= task_manager.clock()
           and (h.until is null or h.until > task_manager.clock())
         order by h.id
         limit 1);

create function task_manager.hold_reason(p_hold bigint) returns text
    language sql stable parallel safe
    return (
        select case h.what when 'scan-window' then 'outside the scan windows of ' || h.name else 'paused by ' || h.who || ': ' || h.why end
          from task_manager.hold h
         where h.id = p_hold);

-- As in 0004; the lease of a task lasts as long as its own heartbeat timeout says, and an attempt that was not started in time is not started.
create or replace function task_manager.claim(p_tasks uuid[], p_attempts int[], p_nonces uuid[], p_worker text, p_lease interval, p_alone boolean)
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
           lease_until = least(task_manager.clock() + coalesce((t.timeouts::json ->> 'heartbeat')::interval, p_lease), t.deadline)
      from unnest(p_tasks, p_attempts, p_nonces) as a(id, attempt, nonce), task_manager.container c
     where t.id = a.id
       and c.id = t.container_id
       and c.state = 'Running'
       and t.deadline > task_manager.clock()
       and (t.state = 'Dispatched' and t.attempt = a.attempt and t.nonce = a.nonce
                and (t.lease_until is null or t.lease_until > task_manager.clock())
                and (p_alone or t.lost <= 0)
            or t.state = 'Running' and t.attempt >= a.attempt and task_manager.lease_expired(t.lease_until, p_lease)
                and (p_alone or t.lost < 0) and t.lost + 1 < task_manager.lost_limit())
 returning t.id, t.attempt, t.nonce, t.checkpoint, t.deadline - task_manager.clock()
$$;

create or replace function task_manager.renew(p_tasks uuid[], p_attempts int[], p_lease interval)
returns setof uuid
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
    update task_manager.task t
       set lease_until = least(task_manager.clock() + coalesce((t.timeouts::json ->> 'heartbeat')::interval, p_lease), t.deadline)
      from unnest(p_tasks, p_attempts) as a(id, attempt), task_manager.container c
     where t.id = a.id
       and t.attempt = a.attempt
       and t.state = 'Running'
       and t.deadline > task_manager.clock()
       and c.id = t.container_id
       and c.state = 'Running'
 returning t.id
$$;

-- Of attempts that run: those that must end, and why. 'lost' is nobody's any more; the others save their position and come back.
create function task_manager.stops(p_tasks uuid[], p_attempts int[])
returns table (task_id uuid, cause text)
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
    select s.id, s.cause
      from (select a.id,
                   case when t.id is null or t.state <> 'Running' or t.attempt <> a.attempt or c.state <> 'Running' then 'lost'
                        when p.class <> 'BareMetal' then null
                        when (select k.kill_switch from task_manager.control_state k) then 'kill-switch'
                        when exists (
                             select from task_manager.hold h
                              where h.what = 'scan-window' and h.name = t.organisation
                                and h.since <= task_manager.clock() and h.until > task_manager.clock()) then 'scan-window'
                        when t.cut_attempt = t.attempt then 'straggler' end as cause
              from unnest(p_tasks, p_attempts) as a(id, attempt)
              left join task_manager.task t on t.id = a.id
              left join task_manager.container c on c.id = t.container_id
              left join task_manager.pool p on p.name = t.pool) s
     where s.cause is not null
$$;

revoke all on function task_manager.hold_on, task_manager.hold_reason, task_manager.stops from public;
grant select, insert, update, delete on task_manager.hold, task_manager.dead_letter to tm_manager;
grant update on task_manager.quarantine to tm_manager;
grant select, insert, delete on task_manager.stale_report to tm_manager;
grant execute on function task_manager.hold_on, task_manager.hold_reason to tm_manager;
grant execute on function task_manager.stops to tm_internal, tm_worker;
grant select on task_manager.hold, task_manager.dead_letter, task_manager.stale_report to tm_reader;
grant execute on function task_manager.hold_on to tm_reader;
