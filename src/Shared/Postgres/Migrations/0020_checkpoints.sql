-- A running attempt says every second or so from where another one could go on, and which parts of the result hold whatever becomes of it.

alter table task_manager.task add column checkpoint_parts int not null default 0;

-- False when the attempt is not the one that runs.
create function task_manager.save_checkpoint(p_task uuid, p_attempt int, p_checkpoint text, p_parts int) returns boolean
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
    with saved as (
        update task_manager.task t
           set checkpoint = p_checkpoint,
               checkpoint_parts = p_parts
         where t.id = p_task and t.attempt = p_attempt and t.state = 'Running'
     returning 1)
    select exists (select from saved)
$$;

-- Makes the parts up to the last checkpoint this attempt's own, and forgets those behind it: they will be found again. Returns how many there are.
create function task_manager.adopt_parts(p_task uuid, p_attempt int) returns int
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
    delete from task_manager.task_data d
     using task_manager.task t
     where t.id = p_task and d.task_id = t.id and d.attempt < p_attempt and d.part > t.checkpoint_parts;
    update task_manager.task_data d
       set attempt = p_attempt
      from task_manager.task t
     where t.id = p_task and d.task_id = t.id and d.attempt < p_attempt and d.part between 1 and t.checkpoint_parts;
    select t.checkpoint_parts from task_manager.task t where t.id = p_task
$$;

revoke execute on function task_manager.save_checkpoint(uuid, int, text, int), task_manager.adopt_parts(uuid, int) from public;
grant execute on function task_manager.save_checkpoint(uuid, int, text, int), task_manager.adopt_parts(uuid, int) to tm_internal, tm_worker;
