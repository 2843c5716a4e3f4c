-- The fleet of bare-metal workers. The ledger is cap, audit, cost meter and memory of refusals in one.

-- One row per instance that may exist. Counting DescribeInstances cannot hold a cap; locking rows can.
create table task_manager.launch_slot (
    slot int primary key check (slot > 0),
    state text not null default 'free' check (state in ('free', 'launching', 'booting', 'live', 'draining')),
    intent_id uuid,
    instance_id text unique,
    since timestamptz not null default task_manager.clock()
);

-- What holds for all launches. Whoever decides how many to launch locks the row first.
create table task_manager.launch_control (
    only_row boolean primary key default true check (only_row),
    -- Nobody launches until then; only a Manager with another configuration, if the row names one.
    held_until timestamptz,
    refusal text,
    code text,
    message text,
    configuration text,
    -- How many launches in a row were throttled.
    throttled int not null default 0,
    -- How many boots have failed since a worker reported last.
    failed_boots int not null default 0,
    -- Why the cost ceiling lets no worker be launched, as of the last look; null if it does.
    cost_refusal text,
    -- Who waits for a slot looks again then.
    reminded_for timestamptz,
    -- So many workers do not leave for want of work.
    minimum int not null default 0,
    -- How the last Manager that started routes and launches, for those who plan.
    rules text
);

insert into task_manager.launch_control default values;

create table task_manager.launch_intent (
    id uuid primary key,
    slot int not null,
    configuration text not null,
    created_at timestamptz not null default task_manager.clock(),
    -- Another Manager that takes it over makes it grow; the writes of the one before then do nothing.
    epoch int not null default 1,
    touched_at timestamptz not null default task_manager.clock(),
    ended_at timestamptz,
    instance_id text,
    outcome text,
    -- When the instance was found gone.
    gone_at timestamptz,
    -- The launch template's version that the instance carries.
    version text,
    zone text,
    -- The end of what an instance wrote whose worker never reported.
    console text
);

create index launch_intent_of_instance on task_manager.launch_intent (instance_id) where instance_id is not null;

create index launch_intent_in_time on task_manager.launch_intent (created_at);

create index launch_intent_ended on task_manager.launch_intent (ended_at);

create index launch_intent_gone on task_manager.launch_intent (gone_at) where instance_id is not null;

create index launch_intent_open on task_manager.launch_intent (created_at) where ended_at is null;

create table task_manager.launch_attempt (
    intent_id uuid not null references task_manager.launch_intent on delete cascade,
    ordinal int not null,
    token text not null unique,
    template text not null,
    template_version text not null,
    instance_type text,
    subnet text,
    market text not null,
    -- An hour, when it was asked for.
    price numeric,
    asked_at timestamptz not null default task_manager.clock(),
    answered_at timestamptz,
    -- 'launched', 'unknown', or EC2's error code.
    answer text,
    -- What the code means; null for a launch and for what was not asked.
    refusal text,
    message text,
    request_id text,
    instance_id text,
    primary key (intent_id, ordinal)
);

create index launch_attempt_answered on task_manager.launch_attempt (answered_at);

-- Instances that seemed to belong to nobody when they were last looked at.
create table task_manager.launch_orphan (
    instance_id text primary key,
    marked_at timestamptz not null default task_manager.clock()
);
