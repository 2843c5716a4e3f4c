-- The recon models, and their change feed. The tables are described by Core/Recon/ReconModel.cs; a test compares the two.

-- Long values (a TXT record) are too long for an index: their digest stands in for them.
create function recon.digest(value text) returns bytea
    language sql immutable strict parallel safe
    return sha256(convert_to(value, 'UTF8'));

-- gone_at: set while it is not there any more. source_task and source_attempt: the last attempt that changed what is known.
alter table recon.domain
    add column gone_at timestamptz,
    add column source_attempt int;

alter table recon.endpoint
    add column service text,
    add column gone_at timestamptz,
    add column source_attempt int;

create table recon.dns_record (
    organisation text not null references task_manager.organisation,
    name text not null,
    type text not null,
    value text not null,
    first_seen timestamptz not null,
    last_seen timestamptz not null,
    gone_at timestamptz,
    source_task uuid not null,
    source_attempt int
);

create unique index dns_record_key on recon.dns_record (organisation, name, type, recon.digest(value));

create table recon.host (
    organisation text not null references task_manager.organisation,
    address inet not null,
    name text,
    -- Answers on every port, whatever is behind it.
    tarpit boolean,
    first_seen timestamptz not null,
    last_seen timestamptz not null,
    gone_at timestamptz,
    source_task uuid not null,
    source_attempt int,
    primary key (organisation, address)
);

create table recon.certificate (
    organisation text not null references task_manager.organisation,
    sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
    subject text,
    issuer text,
    -- Host names, separated by spaces.
    names text,
    begins timestamptz,
    expires timestamptz,
    first_seen timestamptz not null,
    last_seen timestamptz not null,
    gone_at timestamptz,
    source_task uuid not null,
    source_attempt int,
    primary key (organisation, sha256)
);

-- What an endpoint shows to a client that asks for a name; the name is empty for one that asks for none.
create table recon.tls_observation (
    organisation text not null references task_manager.organisation,
    address inet not null,
    port int not null check (port between 0 and 65535),
    name text not null,
    certificate text,
    version text,
    cipher text,
    first_seen timestamptz not null,
    last_seen timestamptz not null,
    gone_at timestamptz,
    source_task uuid not null,
    source_attempt int,
    primary key (organisation, address, port, name)
);

-- before and after: the describing columns as JSON, where they differ.
alter table recon.change
    add column source_attempt int,
    add column before text,
    add column after text;

-- One row of the feed per change, whoever writes. The arguments are the columns of the key.
create function recon.record_new() returns trigger language plpgsql as $$
begin
    insert into recon.change (at, organisation, model, key, change, source_task, source_attempt)
    select n.first_seen, n.organisation, tg_table_name,
           (select json_object_agg(k.name, to_jsonb(n) -> k.name)::text from unnest(tg_argv) as k(name)),
           'new', n.source_task, n.source_attempt
      from new_rows n;
    return null;
end $$;

create function recon.record_change() returns trigger language plpgsql as $$
declare
    aside constant text[] = tg_argv || array['organisation', 'first_seen', 'last_seen', 'gone_at', 'source_task', 'source_attempt'];
    was constant jsonb = to_jsonb(old) - aside;
    is_now constant jsonb = to_jsonb(new) - aside;
begin
    insert into recon.change (at, organisation, model, key, change, source_task, source_attempt, before, after)
    values (
        task_manager.clock(), new.organisation, tg_table_name,
        (select json_object_agg(k.name, to_jsonb(new) -> k.name)::text from unnest(tg_argv) as k(name)),
        case when old.gone_at is null and new.gone_at is not null then 'gone'
             when old.gone_at is not null and new.gone_at is null then 'back'
             else 'changed' end,
        new.source_task, new.source_attempt,
        case when was <> is_now then was::text end, case when was <> is_now then is_now::text end);
    return null;
end $$;

do $$
declare
    model record;
    differs text;
begin
    for model in
        select * from (values
            ('domain', array['name'], array[]::text[]),
            ('dns_record', array['name', 'type', 'value'], array[]::text[]),
            ('host', array['address'], array['name', 'tarpit']),
            ('endpoint', array['address', 'port', 'transport'], array['service']),
            ('certificate', array['sha256'], array['subject', 'issuer', 'names', 'begins', 'expires']),
            ('tls_observation', array['address', 'port', 'name'], array['certificate', 'version', 'cipher'])
        ) as m(name, key, described)
    loop
        execute format(
            'create trigger record_new after insert on recon.%1$I referencing new table as new_rows
                for each statement execute function recon.record_new(%2$s)',
            model.name, (select string_agg(quote_literal(k), ', ') from unnest(model.key) k));
        select string_agg(format(' or old.%1$I is distinct from new.%1$I', d), '') into differs from unnest(model.described) d;
        -- Row by row, since few rows change; one that is only seen again does not get here.
        execute format(
            'create trigger record_change after update on recon.%1$I for each row
                when (old.gone_at is distinct from new.gone_at%3$s) execute function recon.record_change(%2$s)',
            model.name, (select string_agg(quote_literal(k), ', ') from unnest(model.key) k), coalesce(differs, ''));
    end loop;
end $$;

grant select, insert, update on recon.dns_record, recon.host, recon.certificate, recon.tls_observation to tm_internal, tm_worker;
grant select on all tables in schema recon to tm_reader;
