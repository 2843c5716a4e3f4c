-- What the hot path costs per row.

-- The outbox row's id is drawn with the pool's room, so that the row itself can travel with the commit.
grant usage on sequence task_manager.dispatch_id_seq to tm_manager;

-- Each of these checks ran a query and locked the parent's row for every row inserted: a task of its own paid three. The Manager inserts these rows
-- with their parents in one transaction, after it has read the organisation; who deletes a collection deletes what belongs to it.
alter table task_manager.collection drop constraint collection_organisation_fkey;
alter table task_manager.container drop constraint container_collection_id_fkey;
alter table task_manager.progress drop constraint progress_container_id_fkey;
alter table task_manager.dispatch drop constraint dispatch_pool_fkey;

-- An update stays on its page and out of the indexes (HOT) if no indexed column changes and the page has room for the new version. A batch updates
-- every row of a page before the old versions may go, so half of each page stays free. What runs in a container is found by its collection; a
-- filled container that closes counts as wholly released.
drop index task_manager.container_running;
drop index task_manager.container_to_start;
create index container_to_start on task_manager.container (id)
    where filled and mode = 'Parallel' and max_concurrency is null and released < 2147483647;
alter table task_manager.container set (fillfactor = 50);
alter table task_manager.task_default set (fillfactor = 45);

-- Nobody knows how many rows a transition table will have, so small batches made the server keep a nested loop, whose cost at a batch of 500 is
-- 250,000 comparisons.
alter function task_manager.record_move set enable_nestloop = off;

-- The planner's settings of 0005 leave one plan for each statement, whatever its values: it need not be made again to see whether it would differ.
do $$
declare
    role_name text;
begin
    foreach role_name in array array['tm_manager', 'tm_internal', 'tm_worker'] loop
        execute format('alter role %I set plan_cache_mode = force_generic_plan', role_name);
    end loop;
end $$;

-- A function in SQL is parsed and planned at every call, one in PL/pgSQL once per connection: for a batch of ten that was most of a claim. The
-- statements stay as they are.
do $do$
declare
    f record;
begin
    for f in
        select p.proname, pg_get_function_arguments(p.oid) as arguments, pg_get_function_result(p.oid) as result, p.prosrc
          from pg_proc p
         where p.pronamespace = 'task_manager'::regnamespace and p.proname in ('claim', 'busy', 'renew')
    loop
        execute format(
            'create or replace function task_manager.%I(%s) returns %s language plpgsql volatile security definer '
            || 'set search_path = pg_catalog, pg_temp as %L',
            f.proname, f.arguments, f.result, format(E'\n#variable_conflict use_column\nbegin\n    return query %s;\nend ', f.prosrc));
    end loop;
end $do$;
