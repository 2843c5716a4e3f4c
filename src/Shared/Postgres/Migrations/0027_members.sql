-- Readers of one organisation: a login role that is in tm_member sees the rows of the organisation that task_manager.member gives it.

do $$
begin
    if not exists (select from pg_roles where rolname = 'tm_member') then
        create role tm_member nologin;
    end if;
end $$;

create table task_manager.member (
    role_name text primary key,
    organisation text not null references task_manager.organisation
);

create function task_manager.member_organisation() returns text
language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
    select m.organisation from task_manager.member m where m.role_name = session_user
$$;

grant usage on schema task_manager, recon to tm_member;

do $$
declare
    name text;
    own text;
begin
    for name, own in
        select * from (values
            ('task_manager.organisation', 'name = (select task_manager.member_organisation())'),
            ('task_manager.collection', 'organisation = (select task_manager.member_organisation())'),
            ('task_manager.task', 'organisation = (select task_manager.member_organisation())'),
            ('task_manager.dead_letter', 'organisation = (select task_manager.member_organisation())'),
            ('task_manager.schedule_turn', 'organisation = (select task_manager.member_organisation())'),
            ('task_manager.schedule_run', 'organisation = (select task_manager.member_organisation())'),
            -- These belong to what the policies above show.
            ('task_manager.container', 'exists (select from task_manager.collection c where c.id = collection_id)'),
            ('task_manager.progress', 'exists (select from task_manager.container c where c.id = container_id)'),
            ('task_manager.generator', 'exists (select from task_manager.collection c where c.id = collection_id)'),
            ('task_manager.generated', 'exists (select from task_manager.generator g where g.task_id = generated.task_id)'),
            ('task_manager.task_event', 'exists (select from task_manager.task t where t.id = task_id)'),
            ('task_manager.stale_report', 'exists (select from task_manager.task t where t.id = task_id)'),
            ('task_manager.schedule', 'exists (select from task_manager.schedule_turn t where t.schedule = schedule.name)'),
            ('task_manager.hold',
             'what = ''pool'' or name = (select task_manager.member_organisation())
                 or what = ''collection'' and exists (select from task_manager.collection c where c.id::text = hold.name)')
        ) as tables
    loop
        execute format('alter table %s enable row level security', name);
        execute format('create policy everything on %s to tm_manager, tm_reader using (true) with check (true)', name);
        execute format('create policy own on %s for select to tm_member using (%s)', name, own);
        execute format('grant select on %s to tm_member', name);
    end loop;

    -- 0026 has enabled it for these.
    create policy own on task_manager.task_data for select to tm_member
        using (exists (select from task_manager.task t where t.id = task_id));
    create policy own on task_manager.task_collection_data for select to tm_member
        using (exists (select from task_manager.collection c where c.id = collection_id));
    foreach name in array array['domain', 'dns_record', 'host', 'endpoint', 'certificate', 'tls_observation', 'change'] loop
        execute format(
            'create policy own on recon.%I for select to tm_member using (organisation = (select task_manager.member_organisation()))', name);
        execute format('grant select on recon.%I to tm_member', name);
    end loop;
end $$;

-- What belongs to nobody: pools, workers, launches, limits of providers. The outbox holds ids alone.
grant select on
    task_manager.task_data, task_manager.task_collection_data, task_manager.pool, task_manager.worker, task_manager.control_state,
    task_manager.bucket, task_manager.limited_kind, task_manager.launch_slot, task_manager.launch_intent, task_manager.launch_attempt,
    task_manager.launch_control, task_manager.dispatch
    to tm_member;
revoke all on function task_manager.member_organisation from public;
grant execute on function task_manager.clock, task_manager.hold_on, task_manager.member_organisation to tm_member;
grant select on task_manager.member to tm_reader;
grant select on schema_version to tm_member;
