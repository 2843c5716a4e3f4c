-- One role per host; External workers have none. Roles belong to the cluster, so they may exist already.
-- jit costs more than these statements run. The planner's settings keep every plan a nested loop of index look-ups in the order of the index,
-- whatever the statistics say: right after a bulk insert they say nothing, and plans chosen then were ten times slower.

do $$
declare
    role_name text;
begin
    foreach role_name in array array['tm_manager', 'tm_internal', 'tm_worker', 'tm_reader'] loop
        if not exists (select from pg_roles where rolname = role_name) then
            execute format('create role %I login', role_name);
        end if;
        execute format('alter role %I set jit = off', role_name);
        execute format('alter role %I set lock_timeout = %L', role_name, '10s');
        execute format('alter role %I set statement_timeout = %L', role_name, '60s');
        execute format('alter role %I set idle_in_transaction_session_timeout = %L', role_name, '60s');
    end loop;
end $$;

do $$
declare
    role_name text;
    setting text;
begin
    foreach role_name in array array['tm_manager', 'tm_internal', 'tm_worker'] loop
        foreach setting in array array['enable_seqscan', 'enable_bitmapscan', 'enable_hashjoin', 'enable_mergejoin'] loop
            execute format('alter role %I set %I = off', role_name, setting);
        end loop;
    end loop;
end $$;

revoke all on all functions in schema task_manager from public;

grant usage on schema task_manager, recon to tm_manager, tm_reader;
grant usage on schema task_manager, recon to tm_internal, tm_worker;

grant select, insert, update, delete on
    task_manager.collection, task_manager.container, task_manager.progress, task_manager.task, task_manager.dispatch,
    task_manager.task_data, task_manager.task_collection_data, task_manager.task_event, task_manager.pool, task_manager.worker,
    task_manager.launch_slot, task_manager.launch_control, task_manager.launch_intent, task_manager.launch_attempt, task_manager.launch_orphan
    to tm_manager;
grant select, insert, delete on task_manager.quarantine to tm_manager;
grant select, insert on task_manager.audit, task_manager.audit_refusal to tm_manager;
grant select, insert, update on task_manager.organisation to tm_manager;
grant select, update on task_manager.control_state to tm_manager;
grant execute on function task_manager.clock, task_manager.is_legal_move, task_manager.refuse_move, task_manager.lease_expired,
    task_manager.lost_limit
    to tm_manager;

grant select, insert on task_manager.task_data to tm_internal, tm_worker;
grant select, insert, update on task_manager.task_collection_data to tm_internal, tm_worker;
grant select, insert, update on recon.domain, recon.endpoint to tm_internal, tm_worker;
grant select, insert on recon.change to tm_internal, tm_worker;
grant execute on function task_manager.clock, task_manager.claim, task_manager.busy, task_manager.renew, task_manager.fence,
    task_manager.result_parts
    to tm_internal, tm_worker;
grant select on task_manager.control_state to tm_worker;
grant execute on function task_manager.heartbeat, task_manager.drain, task_manager.retire, task_manager.leave to tm_worker;

grant select on all tables in schema task_manager, recon to tm_reader;
-- What `taskmesh doctor` compares with what it knows.
grant select on schema_version to tm_reader;
grant execute on function task_manager.clock to tm_reader;
