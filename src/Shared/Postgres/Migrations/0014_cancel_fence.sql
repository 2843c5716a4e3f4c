-- As in 0004; and nothing is written below a container that was cancelled or has closed, though its rows are moved only later.
create or replace function task_manager.fence(p_task uuid, p_attempt int) returns boolean
language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
    select exists (
        select from task_manager.task t
          join task_manager.container c on c.id = t.container_id
         where t.id = p_task and t.attempt = p_attempt and t.state = 'Running' and c.state = 'Running'
           for update of t)
$$;
