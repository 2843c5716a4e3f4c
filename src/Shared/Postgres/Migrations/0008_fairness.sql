-- Who goes next when a pool has no room for all: by priority, then one organisation after the other, then what has run before, then by age.

alter table task_manager.pool
    -- The organisation that was served last. The one after it in the order of names is next, so that nobody needs an account of shares.
    add column turn text not null default '';

-- The organisation stands before the id: those that wait at a priority are found by skipping from one to the next, whatever each has waiting.
-- A task that comes back, from a lost worker or for another attempt, does not stand in line anew.
drop index task_manager.task_ready;
create index task_ready on task_manager.task (pool, priority desc, organisation, (attempt = 0), id) where ready;
