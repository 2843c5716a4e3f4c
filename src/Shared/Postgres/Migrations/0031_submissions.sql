-- The message that made a collection, so that it can run again from its beginning. One that a task alone made has none: its task tells all.
alter table task_manager.collection add column submission bytea;
