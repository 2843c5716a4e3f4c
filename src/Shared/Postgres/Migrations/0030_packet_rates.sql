-- How many packets a second all scans of all workers send together: to one network of targets, for one organisation, and from one pool. A scan
-- leases its shares for a few seconds and paces itself by them, so that no packet waits for the database.

alter table task_manager.control_state
    -- To one network (IPv4 /24, IPv6 /48), whoever's scans they are.
    add column network_rate int not null default 1000 check (network_rate between 1 and 10000000);

alter table task_manager.organisation
    -- Of all its scans; null for no limit of its own.
    add column packet_rate int check (packet_rate between 1 and 10000000);

alter table task_manager.pool
    -- Of all its scans; null for no limit of its own.
    add column packet_rate int check (packet_rate between 1 and 10000000);

create table task_manager.packet_lease (
    task_id uuid not null,
    attempt int not null,
    organisation text not null,
    pool text not null,
    -- Networks by number, as the workers count them.
    networks int8multirange not null,
    wanted double precision not null,
    per_network double precision not null,
    total double precision not null,
    -- What it may still be sending: a smaller share counts when the scan has said that it keeps to it.
    held_per_network double precision not null,
    held_total double precision not null,
    -- For people: with how many others it shared the network where they are most, and the organisation's rate, or the pool's where that is less.
    network_others int not null,
    total_others int not null,
    is_pools boolean not null,
    lasts_until timestamptz not null,
    primary key (task_id, attempt)
) with (fillfactor = 50);

-- What the rate leaves to one of several: at least an equal part, more if the others cannot use theirs, never what others still hold.
create function task_manager.packet_share(p_rate double precision, p_wanted double precision, p_others bigint, p_others_want double precision,
    p_others_hold double precision) returns double precision
language sql immutable parallel safe
return greatest(0, least(p_wanted, greatest(p_rate / (p_others + 1), p_rate - p_others_want), p_rate - p_others_hold));

-- Who wants nothing more gives its lease back. No row: the attempt does not run any more.
create function task_manager.lease_packets(p_task uuid, p_attempt int, p_nonce uuid, p_networks int8multirange, p_wanted double precision,
    p_held_per_network double precision, p_held_total double precision, p_lease interval)
returns table (per_network double precision, total double precision)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp
as $$
declare
    own record;
    near record;
    beside record;
    around record;
    of_organisation double precision;
    of_pool double precision;
begin
    -- One after the other: two that look at the same moment would both take what is left.
    perform pg_advisory_xact_lock(hashtext('task_manager.packet_lease'));
    delete from task_manager.packet_lease l
     where l.lasts_until < task_manager.clock() or p_wanted <= 0 and l.task_id = p_task and l.attempt = p_attempt;
    select t.organisation, o.packet_rate, t.pool, p.packet_rate as pool_rate,
           (select c.network_rate from task_manager.control_state c) as network_rate
      into own
      from task_manager.task t
      join task_manager.organisation o on o.name = t.organisation
      join task_manager.pool p on p.name = t.pool
     where t.id = p_task and t.attempt = p_attempt and t.nonce = p_nonce and t.state = 'Running';
    if not found or p_wanted <= 0 then
        return;
    end if;

    -- At each network the sums over those that send there, and of them the largest. The shards of one scan send to the same networks: once for all.
    select coalesce(max(s.others), 0)::bigint as others, coalesce(max(s.want), 0) as want, coalesce(max(s.hold), 0) as hold
      into near
      from (select sum(e.way * l.others) over (order by e.at, e.way) as others,
                   sum(e.way * l.want) over (order by e.at, e.way) as want,
                   sum(e.way * l.hold) over (order by e.at, e.way) as hold
              from (select p.networks * p_networks as networks, count(*) as others, sum(p.wanted) as want, sum(p.held_per_network) as hold
                      from task_manager.packet_lease p
                     where (p.task_id, p.attempt) <> (p_task, p_attempt) and p.networks && p_networks
                     group by p.networks) l
             cross join lateral unnest(l.networks) as shared(networks)
             cross join lateral (values (lower(shared.networks), 1), (upper(shared.networks), -1)) as e(at, way)) s;
    select count(*) as others, coalesce(sum(l.wanted), 0) as want, coalesce(sum(l.held_total), 0) as hold
      into beside
      from task_manager.packet_lease l
     where l.organisation = own.organisation and (l.task_id, l.attempt) <> (p_task, p_attempt);
    select count(*) as others, coalesce(sum(l.wanted), 0) as want, coalesce(sum(l.held_total), 0) as hold
      into around
      from task_manager.packet_lease l
     where l.pool = own.pool and (l.task_id, l.attempt) <> (p_task, p_attempt);
    per_network := task_manager.packet_share(own.network_rate, p_wanted, near.others, near.want, near.hold);
    of_organisation := task_manager.packet_share(
        coalesce(own.packet_rate::double precision, 'infinity'), p_wanted, beside.others, beside.want, beside.hold);
    of_pool := task_manager.packet_share(coalesce(own.pool_rate::double precision, 'infinity'), p_wanted, around.others, around.want, around.hold);
    total := least(of_organisation, of_pool);

    insert into task_manager.packet_lease as l
    values (p_task, p_attempt, own.organisation, own.pool, p_networks, p_wanted, per_network, total,
            greatest(per_network, p_held_per_network), greatest(total, p_held_total), near.others,
            case when of_pool < of_organisation then around.others else beside.others end, of_pool < of_organisation, task_manager.clock() + p_lease)
        on conflict (task_id, attempt) do update
       -- An attempt's networks stay what they are.
       set (wanted, per_network, total, held_per_network, held_total, network_others, total_others, is_pools, lasts_until)
           = (excluded.wanted, excluded.per_network, excluded.total, excluded.held_per_network, excluded.held_total,
              excluded.network_others, excluded.total_others, excluded.is_pools, excluded.lasts_until);
    return next;
end $$;

revoke all on function task_manager.packet_share, task_manager.lease_packets from public;
grant execute on function task_manager.lease_packets to tm_worker;

alter table task_manager.packet_lease enable row level security;
create policy everything on task_manager.packet_lease to tm_reader using (true);
create policy own on task_manager.packet_lease for select to tm_member using (organisation = (select task_manager.member_organisation()));
grant select on task_manager.packet_lease to tm_reader, tm_member;
