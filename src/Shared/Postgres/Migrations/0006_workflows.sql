-- Generators: tasks that make tasks, and the containers that they fill.

alter table task_manager.container
    -- Whether generators fill it, and how many of them have not ended: until then nobody knows how many children it will have.
    add column filled boolean not null default false,
    add column open_generators int not null default 0;

-- Filled containers that started with children in them: these are let go in parts.
create index container_to_start on task_manager.container (id)
    where filled and state = 'Running' and mode = 'Parallel' and max_concurrency is null and released < 2147483647;

-- The generator that made it.
alter table task_manager.task add column parent_id uuid;

create table task_manager.generator (
    task_id uuid primary key,
    collection_id uuid not null references task_manager.collection on delete cascade,
    container_id uuid not null,
    first_ordinal int not null,
    -- What its last attempt said that it made: how many, and the exclusive or of the last 8 bytes of their ids.
    declared int,
    digest bigint,
    ended boolean not null default false,
    -- How many of its children the container counts; set when it ends.
    counted int not null default 0
);

create index generator_of_collection on task_manager.generator (collection_id);
create index generator_waiting on task_manager.generator (task_id) where declared is not null and not ended;

-- What exists of a generator's children, in 16 rows of which a batch updates one.
create table task_manager.generated (
    task_id uuid not null references task_manager.generator on delete cascade,
    shard smallint not null check (shard between 0 and 15),
    created int not null,
    digest bigint not null,
    primary key (task_id, shard)
) with (fillfactor = 50);

grant select, insert, update, delete on task_manager.generator, task_manager.generated to tm_manager;
grant select on task_manager.generator, task_manager.generated to tm_reader;
