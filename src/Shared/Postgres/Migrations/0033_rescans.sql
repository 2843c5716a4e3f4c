-- How long an organisation lets pass before the same scan may be submitted again; null for no time.
alter table task_manager.organisation add column rescan_interval interval check (rescan_interval > interval '0');

-- When each scan was submitted last, by the SHA-256 of its kind and input: of organisations with an interval, as long as it lasts.
create table task_manager.scanned (
    organisation text not null references task_manager.organisation on delete cascade,
    digest bytea not null,
    at timestamptz not null,
    task_id uuid not null,
    primary key (organisation, digest)
);

grant select, insert, update, delete on task_manager.scanned to tm_manager;
grant select on task_manager.scanned to tm_reader;
