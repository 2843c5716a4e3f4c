-- What an organisation exposes. Every row says when it was first and last seen and which task saw it; every change is one row of the feed.

create schema recon;

create table recon.domain (
    organisation text not null references task_manager.organisation,
    name text not null,
    first_seen timestamptz not null,
    last_seen timestamptz not null,
    source_task uuid not null,
    primary key (organisation, name)
);

create table recon.endpoint (
    organisation text not null references task_manager.organisation,
    address inet not null,
    port int not null check (port between 0 and 65535),
    transport text not null check (transport in ('tcp', 'udp')),
    first_seen timestamptz not null,
    last_seen timestamptz not null,
    source_task uuid not null,
    primary key (organisation, address, port, transport)
);

create table recon.change (
    id bigint generated always as identity primary key,
    at timestamptz not null default task_manager.clock(),
    organisation text not null,
    model text not null,
    -- The key of the row, as JSON.
    key text not null,
    change text not null check (change in ('new', 'changed', 'gone', 'back')),
    source_task uuid not null
);

create index change_of_organisation on recon.change (organisation, id);
