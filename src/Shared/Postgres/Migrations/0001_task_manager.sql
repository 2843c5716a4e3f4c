-- The task manager: collections, containers, tasks, and what moves them.
--
-- Three rules hold everywhere and the database enforces them itself: a task's state changes only along the arrows of docs/workflow.md,
-- every change adds one row to task_event, and a write of a worker names the attempt that it belongs to.

create schema task_manager;

-- The only clock of SQL. Tests replace this function by one that reads a table.
create function task_manager.clock() returns timestamptz
    language sql volatile parallel safe
    return clock_timestamp();

create type task_manager.task_state as enum (
    'Pending', 'Dispatched', 'Running', 'PendingTaskCreation',
    'Succeeded', 'Failed', 'Timeout', 'PartiallyFailed', 'Disabled', 'Cancelled');

create type task_manager.container_mode as enum ('Sequential', 'Parallel');

create table task_manager.organisation (
    name text primary key check (name ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    -- A ScanScope as JSON; null allows nothing.
    scope text,
    created_at timestamptz not null default task_manager.clock()
);

insert into task_manager.organisation (name) values ('default');

-- One row: what stands above every scope.
create table task_manager.control_state (
    only_row boolean primary key default true check (only_row),
    kill_switch boolean not null default false,
    last_sweep timestamptz not null default '-infinity',
    changed_at timestamptz not null default task_manager.clock()
);

insert into task_manager.control_state default values;

create table task_manager.pool (
    name text primary key,
    class text not null check (class in ('External', 'Internal', 'BareMetal')),
    -- How many of its tasks may be Dispatched or Running; 0 for a pool that has gone from the configuration.
    dispatch_window int not null check (dispatch_window >= 0),
    -- How many are. Locked last in every transaction that changes it, so that no two Managers fill the same room.
    in_flight int not null default 0
);

create table task_manager.collection (
    id uuid primary key,
    organisation text not null references task_manager.organisation,
    name text,
    state task_manager.task_state not null default 'Running',
    priority smallint not null,
    deadline timestamptz not null,
    labels text not null,
    -- The scopes that must all allow a target, as JSON: the organisation's when the collection was made, then its own.
    scope text not null,
    trace_id text not null,
    -- SHA-256 of the message that made it: the same id with another body is an error.
    digest bytea not null,
    created_at timestamptz not null default task_manager.clock(),
    ended_at timestamptz
);

create index collection_deadline on task_manager.collection (deadline) where state = 'Running';
create index collection_in_time on task_manager.collection (created_at);

-- The root container has the collection's id.
create table task_manager.container (
    id uuid primary key,
    collection_id uuid not null references task_manager.collection on delete cascade,
    parent_id uuid,
    ordinal int not null,
    name text,
    mode task_manager.container_mode not null,
    policy text not null,
    max_concurrency int,
    -- Ordinals are dense, so the next child to start is this one.
    released int not null,
    -- How many children it will have; the tally in progress is compared with it.
    children int not null,
    state task_manager.task_state not null default 'Pending'
        check (state in ('Pending', 'Running', 'Succeeded', 'PartiallyFailed', 'Failed', 'Timeout', 'Disabled', 'Cancelled')),
    -- True from the moment it closes early until the sweep has moved its remaining tasks.
    sweep boolean not null default false,
    -- Tasks with lower ordinals have been moved.
    swept int not null default 0,
    ended_at timestamptz
);

create index container_in_collection on task_manager.container (collection_id, parent_id, ordinal);
create index container_running on task_manager.container (id) where state = 'Running';
create index container_to_sweep on task_manager.container (id) where sweep;

-- Counts of a container's children by how they ended, in 16 rows of which a batch updates one.
create table task_manager.progress (
    container_id uuid not null references task_manager.container on delete cascade,
    shard smallint not null check (shard between 0 and 15),
    succeeded int not null default 0,
    partially_failed int not null default 0,
    failed int not null default 0,
    timeout int not null default 0,
    disabled int not null default 0,
    cancelled int not null default 0,
    primary key (container_id, shard)
) with (fillfactor = 50);

-- ready: may be dispatched as soon as its pool has room. A task that finds room at once is inserted as Dispatched and never ready.
-- No index holds a column that a claim, a heartbeat or a completion changes, so that those updates stay heap-only.
create table task_manager.task (
    id uuid not null,
    collection_id uuid not null,
    container_id uuid not null,
    ordinal int not null,
    attempt int not null default 0,
    failures smallint not null default 0,
    -- Workers that were lost with it since it last got anywhere; -1 while it runs and has, so that the loss of this one does not count.
    lost smallint not null default 0,
    state task_manager.task_state not null default 'Pending',
    ready boolean not null default false,
    priority smallint not null,
    -- Set while it waits for a time: a back-off, a yield.
    wake_at timestamptz,
    deadline timestamptz not null,
    -- A claim computes its columns in this order: no lease begins before its task's start.
    started_at timestamptz,
    lease_until timestamptz,
    ended_at timestamptz,
    nonce uuid,
    organisation text not null,
    pool text,
    kind text not null,
    name text,
    worker text,
    reason text,
    -- Where the exception was thrown that its last attempt ended with.
    stack text,
    input text not null,
    -- The task behind each name that the input's $from references use, as JSON; null if it has none.
    sources text,
    checkpoint text,
    labels text,
    created_at timestamptz not null default task_manager.clock(),
    primary key (id)
) partition by range (id);

create table task_manager.task_default partition of task_manager.task default with (fillfactor = 70);

create index task_ready on task_manager.task (pool, priority desc, id) where ready;
create index task_to_wake on task_manager.task (wake_at) where wake_at is not null;
create index task_without_pool on task_manager.task (id) where pool is null and state = 'Pending';
create index task_in_container on task_manager.task (container_id, ordinal);

-- Outbox and list of what is in flight in one: a row per pool and batch, written with the moves to Dispatched. sent_at is set when the queue
-- has accepted all its messages; the row goes when all its tasks have ended. One row per batch costs next to nothing, one per task does.
create table task_manager.dispatch (
    id bigint generated always as identity primary key,
    pool text not null references task_manager.pool,
    tasks uuid[] not null,
    attempts int[] not null,
    written_at timestamptz not null default task_manager.clock(),
    sent_at timestamptz,
    -- When it was looked at last: what is in flight for long stands behind what was written since.
    looked_at timestamptz not null default task_manager.clock()
);

create index dispatch_in_time on task_manager.dispatch (written_at);
create index dispatch_to_look_at on task_manager.dispatch (looked_at);

-- Results: one task and attempt, as one or many parts.
create table task_manager.task_data (
    task_id uuid not null,
    attempt int not null,
    part int not null,
    data text not null,
    primary key (task_id, attempt, part)
) partition by range (task_id);

create table task_manager.task_data_default partition of task_manager.task_data default;

create table task_manager.task_collection_data (
    collection_id uuid not null references task_manager.collection on delete cascade,
    key text not null,
    data text not null,
    task_id uuid not null,
    primary key (collection_id, key)
);

create table task_manager.task_event (
    task_id uuid not null,
    at timestamptz not null,
    state task_manager.task_state not null,
    attempt int not null,
    worker text,
    reason text
) partition by range (task_id);

create table task_manager.task_event_default partition of task_manager.task_event default;

create index task_event_of_task on task_manager.task_event (task_id, at);

-- Messages that nobody can read or accept, with their bytes and the reason.
create table task_manager.quarantine (
    id bigint generated always as identity primary key,
    queue text not null,
    message_id text not null,
    body bytea not null,
    reason text not null,
    at timestamptz not null default task_manager.clock(),
    unique (queue, message_id)
);

create index quarantine_in_time on task_manager.quarantine (at);

-- Who steered the mesh, when and why. Nobody may change or delete a row.
create table task_manager.audit (
    id uuid primary key,
    at timestamptz not null default task_manager.clock(),
    who text not null,
    why text not null,
    action text not null
);

-- Why what a row of the audit asks for was not done.
create table task_manager.audit_refusal (
    id uuid primary key references task_manager.audit,
    reason text not null
);

create table task_manager.worker (
    id text primary key,
    pool text not null references task_manager.pool,
    state text not null check (state in ('live', 'draining', 'gone')),
    version text not null,
    parallelism int not null check (parallelism > 0),
    started_at timestamptz not null default task_manager.clock(),
    last_seen timestamptz not null default task_manager.clock()
);

-- The arrows of docs/workflow.md; everything else is refused.
create function task_manager.is_legal_move(old_state task_manager.task_state, new_state task_manager.task_state) returns boolean
    language sql immutable parallel safe
    return case old_state
        when 'Pending' then new_state in ('Dispatched', 'Disabled', 'Timeout', 'Cancelled', 'Failed')
        when 'Dispatched' then new_state not in ('Disabled')
        when 'Running' then new_state not in ('Dispatched', 'Disabled')
        when 'PendingTaskCreation' then new_state in ('Succeeded', 'Failed', 'Timeout', 'Cancelled')
        else false
    end;

create function task_manager.refuse_move(old_state task_manager.task_state, new_state task_manager.task_state, id uuid)
returns task_manager.task_state language plpgsql as $$
begin
    raise exception 'a task cannot move from % to %', old_state, new_state
        using errcode = 'check_violation', constraint = 'legal_move', detail = id::text;
end $$;

-- Every move is an event. A takeover (Running to Running with a new attempt) is one too; a heartbeat is not. The transition tables have no
-- index, so a batch is joined by hash: a nested loop would cost the square of its size. The same pass refuses illegal moves: the condition of a
-- trigger on rows would be read and planned anew for every statement. A claim is dated by the row, as its lease is: a batch that waits for a lock
-- writes its events seconds later.
create function task_manager.record_insert() returns trigger language plpgsql as $$
begin
    insert into task_manager.task_event (task_id, at, state, attempt, worker, reason)
    select id, created_at, state, attempt, worker, reason from new_rows;
    return null;
end $$;

create function task_manager.record_move() returns trigger language plpgsql set enable_hashjoin = on as $$
begin
    insert into task_manager.task_event (task_id, at, state, attempt, worker, reason)
    select new_rows.id, case when new_rows.state = 'Running' then new_rows.started_at else task_manager.clock() end,
           case when new_rows.state = old_rows.state or task_manager.is_legal_move(old_rows.state, new_rows.state) then new_rows.state
                else task_manager.refuse_move(old_rows.state, new_rows.state, new_rows.id) end,
           new_rows.attempt, new_rows.worker, new_rows.reason
      from new_rows
      join old_rows on old_rows.id = new_rows.id
     where (old_rows.state, old_rows.attempt) is distinct from (new_rows.state, new_rows.attempt);
    return null;
end $$;

create trigger record_insert after insert on task_manager.task
    referencing new table as new_rows
    for each statement execute function task_manager.record_insert();

create trigger record_move after update on task_manager.task
    referencing old table as old_rows new table as new_rows
    for each statement execute function task_manager.record_move();
