-- A shard that takes much longer than its siblings while others are idle is asked once to save its position, so that others share what is left.

-- The attempt that was asked.
alter table task_manager.task add column cut_attempt int;

-- As in 0007.
create or replace function task_manager.stops(p_tasks uuid[], p_attempts int[])
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
