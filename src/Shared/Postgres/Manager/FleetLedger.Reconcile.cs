using TaskMesh.Core.Fleet;
using static TaskMesh.Postgres.Manager.Statement;

namespace TaskMesh.Postgres.Manager;

/// <summary>Where the ledger and the cloud are brought together.</summary>
public sealed partial class FleetLedger
{
    /// <summary>EC2 may keep a new instance out of its lists for 3 minutes, and a Manager that read one may take a minute to come here.</summary>
    private static readonly TimeSpan LongestHidden = TimeSpan.FromMinutes(4);

    /// <summary>An unclear answer is asked for again after so long at the earliest: its asker has let go of it.</summary>
    private static readonly TimeSpan LetGo = TimeSpan.FromSeconds(3);

    public Task SetMinimumAsync(int minimum, CancellationToken cancellation) => ExecuteAsync(
        "update task_manager.launch_control set minimum = $1 where minimum <> $1", cancellation, In(minimum));

    public async Task<IReadOnlyList<OpenLaunch>> TakeOverAsync(TimeSpan unanswered, CancellationToken cancellation)
    {
        // Also a launch that was answered and then lost its Manager: asked again, it tells its instance.
        const string sql = """
            with left_open as (
                select i.id from task_manager.launch_intent i
                 where i.ended_at is null
                   and (i.touched_at < task_manager.clock() - $1
                        or i.touched_at < task_manager.clock() - $2
                           and exists (select from task_manager.launch_attempt a where a.intent_id = i.id and a.answer = 'unknown'))
                   and not exists (select from task_manager.launch_attempt a where a.intent_id = i.id and a.refusal = 'TokenReused')
                 order by i.created_at
                 limit 10
                   for update skip locked
            ), taken as (
                update task_manager.launch_intent i
                   set epoch = i.epoch + 1, touched_at = task_manager.clock()
                  from left_open where i.id = left_open.id
             returning i.id, i.slot, i.epoch
            )
            select t.id, t.slot, t.epoch, coalesce(a.ordinal, last.ordinal + 1, 0),
                   a.token, a.template, a.template_version, a.instance_type, a.subnet, a.market
              from taken t
              left join lateral (
                   select * from task_manager.launch_attempt
                    where intent_id = t.id and (answer is null or answer in ('unknown', 'launched')) order by ordinal desc limit 1) a on true
              left join lateral (
                   select max(ordinal) as ordinal from task_manager.launch_attempt where intent_id = t.id) last on true
            """;
        return await QueryAsync(
            sql,
            row => new OpenLaunch(
                new LaunchIntent(row.GetGuid(0), row.GetInt32(1), row.GetInt32(2)),
                row.GetInt32(3),
                row.IsDBNull(4)
                    ? null
                    : new LaunchRequest(
                        row.GetString(4), row.GetString(5), row.GetString(6), row.TextOrNull(7), row.TextOrNull(8),
                        new Dictionary<string, string>(), row.Enum<Market>(9))),
            cancellation,
            In(unanswered),
            In(LetGo));
    }

    public Task AdoptAsync(
        IReadOnlyCollection<(Guid Intent, FleetInstance Instance)> existing, TimeSpan grace, CancellationToken cancellation)
    {
        const string sql = """
            with adopted as (
                update task_manager.launch_intent i
                   set ended_at = task_manager.clock(), epoch = i.epoch + 1, instance_id = e.instance, outcome = 'adopted', version = e.version,
                       zone = e.zone
                  from unnest($1, $2, $3, $4) as e(intent, instance, version, zone)
                 where i.id = e.intent and i.ended_at is null
             returning i.id, i.instance_id
            ), answered as (
                update task_manager.launch_attempt a
                   set answer = 'launched', refusal = null, instance_id = adopted.instance_id,
                       answered_at = coalesce(a.answered_at, task_manager.clock())
                  from adopted
                 where a.intent_id = adopted.id
                   and a.ordinal = (select max(ordinal) from task_manager.launch_attempt where intent_id = adopted.id)
            ), vain as (
                update task_manager.launch_intent i
                   set ended_at = task_manager.clock(), epoch = i.epoch + 1, outcome = 'token reused'
                 where i.ended_at is null and i.touched_at < task_manager.clock() - $5 and i.id <> all($1)
                   and exists (select from task_manager.launch_attempt a where a.intent_id = i.id and a.refusal = 'TokenReused')
             returning i.id
            ), free as (
                update task_manager.launch_slot s
                   set state = 'free', intent_id = null, since = task_manager.clock()
                  from vain where s.intent_id = vain.id
            )
            update task_manager.launch_slot s
               set state = 'booting', instance_id = adopted.instance_id, since = task_manager.clock()
              from adopted where s.intent_id = adopted.id
            """;
        return ExecuteAsync(
            sql,
            cancellation,
            In(existing.Select(pair => pair.Intent).ToArray()),
            In(existing.Select(pair => pair.Instance.Id).ToArray()),
            In(existing.Select(pair => pair.Instance.TemplateVersion).ToArray()),
            In(existing.Select(pair => pair.Instance.Zone).ToArray()),
            In(grace));
    }

    public async Task<IReadOnlyList<GoneInstance>> FreeGoneAsync(
        IReadOnlyCollection<string> existing, IReadOnlyCollection<string> ended, TimeSpan age, TimeSpan grace, CancellationToken cancellation)
    {
        const string sql = """
            with missing as (
                select s.slot, s.instance_id, s.state = 'booting' as never_lived
                  from task_manager.launch_slot s
                  join task_manager.launch_intent i on i.id = s.intent_id
                 where s.instance_id = any($2)
                    or s.instance_id <> all($1)
                       and i.ended_at < task_manager.clock() - $4 - $5
                       and not exists (
                           select from task_manager.worker w
                            where w.id = s.instance_id and w.state <> 'gone' and w.last_seen > task_manager.clock() - $3)
                   for update of s skip locked
            ), freed as (
                update task_manager.launch_slot s
                   set state = 'free', intent_id = null, instance_id = null, since = task_manager.clock()
                  from missing where s.slot = missing.slot
            ), past as (
                update task_manager.launch_intent i
                   set gone_at = task_manager.clock(), outcome = case when missing.never_lived then 'boot failed' else i.outcome end
                  from missing where i.instance_id = missing.instance_id and i.gone_at is null
            ), worker as (
                update task_manager.worker w set state = 'gone' from missing where w.id = missing.instance_id
            )
            select instance_id, never_lived from missing
            """;
        // What its worker ran is anybody's at once. The rows in flight are found by their dispatch: no index holds a worker.
        const string expire = """
            update task_manager.task t
               set lease_until = task_manager.clock() - interval '1 minute'
              from task_manager.dispatch d
             cross join unnest(d.tasks) as sent(id)
             where d.pool = $1 and t.id = sent.id and t.state = 'Running' and t.worker = any($2)
            """;
        var gone = await QueryAsync(
            sql,
            row => new GoneInstance(row.GetString(0), row.GetBoolean(1)),
            cancellation,
            In(existing.ToArray()),
            In(ended.ToArray()),
            In(grace),
            In(LongestHidden),
            In(age));
        if (gone.Count > 0)
            await ExecuteAsync(expire, cancellation, In(pool), In(gone.Select(instance => instance.Id).ToArray()));
        return gone;
    }

    public async Task<IReadOnlyList<string>> GiveUpAsync(TimeSpan bootDeadline, CancellationToken cancellation)
    {
        // Either the worker's row says first that it lives, or this one that it is gone: never both.
        const string sql = """
            with overdue as (
                select slot, instance_id from task_manager.launch_slot
                 where state = 'booting' and since < task_manager.clock() - $1
                   for update skip locked
            ), gone as (
                insert into task_manager.worker (id, pool, state, version, parallelism)
                select instance_id, $2, 'gone', 'never reported', 1 from overdue
                    on conflict do nothing
             returning id
            ), past as (
                update task_manager.launch_intent i set outcome = 'never reported' from gone where i.instance_id = gone.id
            )
            update task_manager.launch_slot s
               set state = 'draining', since = task_manager.clock()
              from gone where s.instance_id = gone.id
         returning s.instance_id
         """;
        return await QueryAsync(sql, row => row.GetString(0), cancellation, In(bootDeadline), In(pool));
    }

    public Task KeepConsoleAsync(string instance, string console, CancellationToken cancellation) => ExecuteAsync(
        "update task_manager.launch_intent set console = $2 where instance_id = $1",
        cancellation,
        In(instance),
        In(console.Replace("\0", "", StringComparison.Ordinal)));

    public async Task<IReadOnlyList<string>> OrphansAsync(
        IReadOnlyCollection<(string Instance, Guid? Intent)> existing, TimeSpan silence, TimeSpan grace, CancellationToken cancellation)
    {
        const string sql = """
            with suspect as (
                select e.id
                  from unnest($1, $2) as e(id, intent)
                  left join task_manager.launch_slot s on s.instance_id = e.id
                  left join task_manager.worker w on w.id = e.id
                 where not (w.state is distinct from 'gone' and coalesce(w.last_seen > task_manager.clock() - $3, false))
                   and case when s.slot is null
                            then not exists (select from task_manager.launch_intent i where i.id = e.intent and i.ended_at is null)
                            else s.state in ('live', 'draining') and w.last_seen < task_manager.clock() - $3 end
            ), forgotten as (
                delete from task_manager.launch_orphan o where o.instance_id not in (select id from suspect)
            ), marked as (
                insert into task_manager.launch_orphan (instance_id) select id from suspect on conflict do nothing
            )
            select o.instance_id
              from task_manager.launch_orphan o
              join suspect on suspect.id = o.instance_id
             where o.marked_at < task_manager.clock() - $4
            """;
        return await QueryAsync(
            sql,
            row => row.GetString(0),
            cancellation,
            In(existing.Select(instance => instance.Instance).ToArray()),
            In(existing.Select(instance => instance.Intent).ToArray()),
            In(silence),
            In(grace));
    }
}
