-- Task tables by weeks of their ids, which begin with a time (UUIDs of versions 7 and 8). What has another id stays in the default partition.

create index collection_to_prune on task_manager.collection ((state = 'Succeeded'), ended_at) where ended_at is not null;

-- The smallest id of a time.
create function task_manager.first_id(p_at timestamptz) returns uuid
    language sql immutable strict parallel safe
    return rpad(lpad(to_hex((extract(epoch from p_at) * 1000)::bigint), 12, '0'), 32, '0')::uuid;

-- Makes the partitions of this week and of weeks to come. A week that has rows in the default partition already stays there: moving them would
-- hold everybody up. Attaching waits for a lock on the default partition and looks through it, which holds next to nothing after the first week.
create function task_manager.make_partitions(p_weeks_ahead int) returns int
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set lock_timeout = '2s' set enable_indexscan = on
as $$
declare
    parent text;
    week timestamptz;
    part text;
    taken boolean;
    made int = 0;
begin
    for parent, week in
        select p.name, w.week
          from (values ('task', 'id'), ('task_data', 'task_id'), ('task_event', 'task_id')) as p(name),
               generate_series(0, p_weeks_ahead) as ahead(n),
               lateral (select date_trunc('week', task_manager.clock(), 'UTC') + ahead.n * interval '7 days') as w(week)
         order by w.week, p.name
    loop
        part = parent || to_char(week at time zone 'UTC', '"_w"YYYYMMDD');
        continue when to_regclass('task_manager.' || part) is not null;
        execute format(
            'select exists (select from task_manager.%I where %I >= $1 and %2$I < $2)',
            parent || '_default', case parent when 'task' then 'id' else 'task_id' end)
            into taken using task_manager.first_id(week), task_manager.first_id(week + interval '7 days');
        continue when taken;
        execute format('create table task_manager.%I (like task_manager.%I including defaults including constraints)', part, parent);
        if parent = 'task' then
            execute format('alter table task_manager.%I set (fillfactor = 45)', part);
        end if;
        execute format(
            'alter table task_manager.%I attach partition task_manager.%I for values from (%L) to (%L)',
            parent, part, task_manager.first_id(week), task_manager.first_id(week + interval '7 days'));
        made = made + 1;
    end loop;
    return made;
end $$;

-- Removes partitions of weeks that are over and have no row left.
create function task_manager.drop_partitions() returns int
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set lock_timeout = '2s'
as $$
declare
    part text;
    empty boolean;
    dropped int = 0;
begin
    for part in
        select c.relname
          from pg_inherits i
          join pg_class c on c.oid = i.inhrelid
         where i.inhparent in ('task_manager.task'::regclass, 'task_manager.task_data'::regclass, 'task_manager.task_event'::regclass)
           and c.relname ~ '_w[0-9]{8}$'
           and to_timestamp(right(c.relname, 8), 'YYYYMMDD') < task_manager.clock() - interval '15 days'
         order by c.relname
    loop
        execute format('select not exists (select from task_manager.%I)', part) into empty;
        continue when not empty;
        -- Nobody can write to it from here on, and what was written since is seen.
        execute format('lock table task_manager.%I in access exclusive mode', part);
        execute format('select not exists (select from task_manager.%I)', part) into empty;
        continue when not empty;
        execute format('drop table task_manager.%I', part);
        dropped = dropped + 1;
    end loop;
    return dropped;
end $$;

-- Nobody outside the roles has anything.
revoke all on function recon.digest from public;
grant execute on function recon.digest to tm_internal, tm_worker, tm_reader;

revoke all on function task_manager.first_id, task_manager.make_partitions, task_manager.drop_partitions from public;
grant execute on function task_manager.make_partitions, task_manager.drop_partitions to tm_manager;
