-- How much an organisation may have at once; null for no limit of its own.
alter table task_manager.organisation
    -- Tasks that wait in line for room.
    add column most_waiting int check (most_waiting between 0 and 10000000),
    -- Tasks that a collection may be submitted with, and that its generators may make.
    add column most_tasks int check (most_tasks between 1 and 10000000);

-- Why a generator may make no more children: then it fails when it has ended.
alter table task_manager.generator add column refused text;
