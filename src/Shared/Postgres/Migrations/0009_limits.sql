-- Limits beside the dispatch window: slots that people set, and tokens for what other sides bear.

alter table task_manager.pool
    -- Set by hand, it stands above the configuration; bare-metal pools have at most as many as their workers.
    add column slots int check (slots between 0 and 1000000);

-- Token buckets, shared by all workers: one for each API key or whatever else bears only so much a second.
create table task_manager.bucket (
    name text primary key,
    per_second double precision not null check (per_second > 0),
    burst int not null check (burst > 0),
    tokens double precision not null,
    filled_at timestamptz not null default task_manager.clock(),
    -- The other side said that it wants to hear nothing before this time (Retry-After, RFC 9110).
    blocked_until timestamptz not null default '-infinity',
    -- The last of the times at which waiting tasks come back for a token; one that comes new lines up behind them.
    promised_until timestamptz not null default '-infinity'
) with (fillfactor = 50);

-- Kinds that need a token for each attempt.
create table task_manager.limited_kind (
    kind text primary key,
    bucket text not null references task_manager.bucket
);

alter table task_manager.control_state
    -- The time for which the Manager has last sent itself a reminder, so that many sweeps send one.
    add column reminded_for timestamptz not null default '-infinity';

grant select, insert, update on task_manager.bucket to tm_manager;
grant select, insert, update, delete on task_manager.limited_kind to tm_manager;
grant select on task_manager.bucket, task_manager.limited_kind to tm_reader;
