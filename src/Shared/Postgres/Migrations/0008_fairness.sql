-- Who goes next when a pool has no room for all: by priority, then one organisation after the other, then by age.

alter table task_manager.pool
    -- The organisation that was served last. The one after it in the order of names is next, so that nobody needs an account of shares.
    add column turn text not null default '';

-- The organisation stands before the id: those that wait at a priority are found by skipping from one to the next, whatever each has waiting.
drop index task_manager.task_ready;
create index task_ready on task_manager.task (pool, priority desc, organisation, id) where ready;
