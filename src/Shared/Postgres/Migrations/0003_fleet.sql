-- The fleet of bare-metal workers. The ledger is cap, audit, cost meter and memory of refusals in one.

-- One row per instance that may exist. Counting DescribeInstances cannot hold a cap; locking rows can.
create table task_manager.launch_slot (
    slot int primary key check (slot > 0),
    state text not null default 'free' check (state in ('free', 'launching', 'booting', 'live', 'draining')),
    intent_id uuid,
    instance_id text unique,
    since timestamptz not null default task_manager.clock()
);

create table task_manager.launch_intent (
    id uuid primary key,
    slot int not null,
    created_at timestamptz not null default task_manager.clock(),
    ended_at timestamptz,
    instance_id text,
    outcome text
);

create index launch_intent_open on task_manager.launch_intent (created_at) where ended_at is null;

create table task_manager.launch_attempt (
    intent_id uuid not null references task_manager.launch_intent on delete cascade,
    ordinal int not null,
    token text not null unique,
    instance_type text,
    subnet text,
    asked_at timestamptz not null default task_manager.clock(),
    answered_at timestamptz,
    -- 'launched', 'unknown', or EC2's error code.
    answer text,
    message text,
    request_id text,
    instance_id text,
    primary key (intent_id, ordinal)
);
