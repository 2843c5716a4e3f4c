-- Tasks that may have left something elsewhere: a row from the first time that one says so until it has ended and its clean-up is on its way.
create table task_manager.leftover (
    task_id uuid primary key
);

-- Update is for row locks.
grant select, insert, update, delete on task_manager.leftover to tm_manager;
grant select on task_manager.leftover to tm_reader;
