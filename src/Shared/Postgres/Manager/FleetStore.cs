using Npgsql;
using TaskMesh.Core.Fleet;
using static TaskMesh.Postgres.Manager.Statement;

namespace TaskMesh.Postgres.Manager;

/// <summary>The fleet's ledger: slots are the cap, intents and attempts are what was asked of the cloud and what it said.</summary>
public sealed class FleetStore(NpgsqlConnection connection)
{
    /// <summary>Makes the slots 1 to <paramref name="cap"/> exist; slots above it go as soon as they are free.</summary>
    public Task ConfigureAsync(int cap, CancellationToken cancellation)
    {
        const string sql = """
            with gone as (delete from task_manager.launch_slot where slot > $1 and state = 'free')
            insert into task_manager.launch_slot (slot) select * from generate_series(1, $1) on conflict do nothing
            """;
        return connection.Command(sql, In(cap)).ExecuteAsync(cancellation);
    }

    /// <summary>How much raw work waits or runs, counted no further than the fleet can grow.</summary>
    public async Task<FleetDemand> DemandAsync(string pool, int countUpTo, CancellationToken cancellation)
    {
        const string sql = """
            select p.in_flight
                   + (select count(*)
                        from (select from task_manager.task t
                               where t.pool = p.name
                                 and t.ready
                                 and not (select kill_switch from task_manager.control_state)
                                 and not ((select exists (select from task_manager.hold))
                                          and task_manager.hold_on(t.pool, t.organisation, t.collection_id) is not null)
                               limit $2) waiting)::int,
                   (select count(*) from task_manager.launch_slot where state in ('launching', 'booting', 'live'))::int,
                   (select count(*) from task_manager.launch_slot where state = 'free')::int
              from task_manager.pool p
             where p.name = $1
            """;
        var rows = await connection.Command(sql, In(pool), In(countUpTo)).QueryAsync(
            row => new FleetDemand(row.GetInt32(0), row.GetInt32(1), row.GetInt32(2)), cancellation);
        return rows.Count == 0 ? new FleetDemand(0, 0, 0) : rows[0];
    }

    /// <summary>Takes free slots, one intent each. Other Managers skip the rows that this one holds, so the cap cannot be passed.</summary>
    public Task<List<Guid>> TakeSlotsAsync(IReadOnlyList<Guid> intents, CancellationToken cancellation)
    {
        const string sql = """
            with free as (
                select slot, row_number() over (order by slot) as place
                  from (select slot from task_manager.launch_slot where state = 'free' order by slot limit cardinality($1) for update skip locked) f
            ), taken as (
                update task_manager.launch_slot s
                   set state = 'launching', intent_id = i.id, instance_id = null, since = task_manager.clock()
                  from free
                  join unnest($1) with ordinality as i(id, place) using (place)
                 where s.slot = free.slot
             returning s.slot, s.intent_id
            )
            insert into task_manager.launch_intent (id, slot)
            select intent_id, slot from taken
         returning id
         """;
        return connection.Command(sql, In(intents.ToArray())).QueryAsync(row => row.GetGuid(0), cancellation);
    }

    /// <summary>Written before the cloud is asked, so that a crash in between leaves the token to ask again with.</summary>
    public Task BeginAttemptAsync(Guid intent, int ordinal, LaunchRequest request, CancellationToken cancellation)
    {
        const string sql = """
            insert into task_manager.launch_attempt (intent_id, ordinal, token, instance_type, subnet)
            values ($1, $2, $3, $4, $5)
                on conflict (intent_id, ordinal) do nothing
            """;
        return connection.Command(
            sql, In(intent), In(ordinal), In(request.Token), In(request.InstanceType), In(request.Subnet)).ExecuteAsync(cancellation);
    }

    /// <summary>The type of each instance that runs or was asked for and may run; null is the launch template's own.</summary>
    public Task<List<string?>> TypesAsync(CancellationToken cancellation)
    {
        const string sql = """
            select a.instance_type
              from task_manager.launch_slot s
             cross join lateral (
                   select instance_type from task_manager.launch_attempt
                    where intent_id = s.intent_id and (answer is null or answer in ('launched', 'unknown'))
                    order by ordinal desc
                    limit 1) a
             where s.state <> 'free'
            """;
        return connection.Command(sql).QueryAsync(row => row.TextOrNull(0), cancellation);
    }

    public Task EndAttemptAsync(Guid intent, int ordinal, LaunchAnswer answer, CancellationToken cancellation)
    {
        const string sql = """
            update task_manager.launch_attempt
               set answered_at = task_manager.clock(), answer = $3, message = $4, request_id = $5, instance_id = $6
             where intent_id = $1 and ordinal = $2
            """;
        var (code, message, requestId, instance) = answer switch
        {
            LaunchAnswer.Launched launched => ("launched", null, null, launched.Instance.Id),
            LaunchAnswer.Refused refused => (refused.Code, refused.Message, refused.RequestId, null),
            LaunchAnswer.Unknown unknown => ("unknown", (string?)unknown.Reason, (string?)null, (string?)null),
            _ => throw new System.Diagnostics.UnreachableException($"{answer.GetType()}"),
        };
        return connection.Command(sql, In(intent), In(ordinal), In(code), In(message), In(requestId), In(instance)).ExecuteAsync(cancellation);
    }

    /// <summary>Ends an intent: with an instance the slot boots, without one it is free again.</summary>
    public Task EndIntentAsync(Guid intent, string? instance, string outcome, CancellationToken cancellation)
    {
        const string sql = """
            with slot as (
                update task_manager.launch_slot
                   set state = case when $2 is null then 'free' when state = 'launching' then 'booting' else state end,
                       instance_id = $2, intent_id = case when $2 is null then null else intent_id end, since = task_manager.clock()
                 where intent_id = $1
            )
            update task_manager.launch_intent set ended_at = task_manager.clock(), instance_id = $2, outcome = $3 where id = $1
            """;
        return connection.Command(sql, In(intent), In(instance), In(outcome)).ExecuteAsync(cancellation);
    }

    /// <summary>Intents that a Manager began and did not end: an ambiguous answer, or a crash. Their last request is repeated as it was.</summary>
    public Task<List<(Guid Intent, int Ordinal, string? InstanceType, string? Subnet)>> OpenIntentsAsync(
        TimeSpan olderThan, CancellationToken cancellation)
    {
        const string sql = """
            select i.id, coalesce(a.ordinal, 0), a.instance_type, a.subnet
              from (select * from task_manager.launch_intent
                     where ended_at is null and created_at < task_manager.clock() - $1 order by created_at limit 10 for update skip locked) i
              left join lateral (
                   select ordinal, instance_type, subnet from task_manager.launch_attempt
                    where intent_id = i.id and (answer is null or answer = 'unknown') order by ordinal desc limit 1) a on true
            """;
        return connection.Command(sql, In(olderThan)).QueryAsync(
            row => (row.GetGuid(0), row.GetInt32(1), row.TextOrNull(2), row.TextOrNull(3)), cancellation);
    }

    /// <summary>Frees slots whose instance is not among those that exist, once it had time to appear, and expires the leases of its worker.</summary>
    public Task<List<string>> FreeGoneAsync(IReadOnlyCollection<string> existing, TimeSpan grace, CancellationToken cancellation)
    {
        const string sql = """
            with gone as (
                update task_manager.launch_slot s
                   set state = 'free', intent_id = null, instance_id = null, since = task_manager.clock()
                  from task_manager.launch_slot old
                 where old.slot = s.slot and s.instance_id is not null and s.instance_id <> all($1) and s.since < task_manager.clock() - $2
             returning old.instance_id
            ), worker as (
                update task_manager.worker w set state = 'gone' from gone where w.id = gone.instance_id
            )
            select instance_id from gone
            """;
        return connection.Command(sql, In(existing.ToArray()), In(grace)).QueryAsync(row => row.GetString(0), cancellation);
    }
}
