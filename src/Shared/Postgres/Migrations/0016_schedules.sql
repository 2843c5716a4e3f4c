-- What is submitted again and again, and what a change of the recon models starts.

create table task_manager.schedule (
    name text primary key,
    -- Core/Scheduling/Schedule.cs as JSON.
    body text not null,
    paused boolean not null default false,
    changed_at timestamptz not null default task_manager.clock(),
    -- For schedules that wait for changes: the feed has been read up to here.
    seen_xid xid8,
    seen_id bigint
);

-- Where a schedule stands for one organisation.
create table task_manager.schedule_turn (
    schedule text not null references task_manager.schedule on delete cascade,
    organisation text not null references task_manager.organisation,
    -- The time of its rhythm that comes next, and when that is carried out: jitter and cool-down come on top. Null while it is paused.
    due timestamptz not null,
    look_at timestamptz,
    last_collection uuid,
    -- Outlives the collection, which retention removes.
    last_run_at timestamptz,
    -- Runs that have failed one after the other; judged once the last one has been counted.
    failures int not null default 0,
    judged boolean not null default true,
    missed bigint not null default 0,
    primary key (schedule, organisation)
);

create index schedule_turn_due on task_manager.schedule_turn (look_at) where look_at is not null;

-- What became of each time: for the history that people look at.
create table task_manager.schedule_run (
    schedule text not null references task_manager.schedule on delete cascade,
    organisation text not null,
    at timestamptz not null default task_manager.clock(),
    due timestamptz not null,
    outcome text not null check (outcome in ('started', 'by-hand', 'skipped', 'queued', 'cooling', 'missed', 'refused')),
    collection_id uuid,
    reason text
);

create index schedule_run_of on task_manager.schedule_run (schedule, at);
create index schedule_run_in_time on task_manager.schedule_run (at);

-- Ids of the feed are drawn before the commit, so a later one may show first. What was written by a transaction that is older than all that still
-- run has been committed whole, so the feed is read in this order and up to there.
alter table recon.change add column xid xid8 not null default pg_current_xact_id();
create index change_in_order on recon.change (xid, id);

grant select, insert, update, delete on task_manager.schedule, task_manager.schedule_turn, task_manager.schedule_run to tm_manager;
grant select on recon.change to tm_manager;
grant select on task_manager.schedule, task_manager.schedule_turn, task_manager.schedule_run to tm_reader;
