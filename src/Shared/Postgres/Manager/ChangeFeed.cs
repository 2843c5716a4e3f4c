using System.Text.Json;
using Npgsql;
using TaskMesh.Core.Scheduling;
using static TaskMesh.Postgres.Manager.Statement;

namespace TaskMesh.Postgres.Manager;

/// <summary>The changes of the recon models as schedules read them: each once, whatever the order in which their transactions commit.</summary>
public sealed class ChangeFeed(NpgsqlConnection connection)
{
    public const int ReadLimit = 500;

    /// <summary>Schedules that wait for changes, and have some to read. Locked, so that one Manager reads for each.</summary>
    public Task<List<Schedule>> SchedulesAsync(CancellationToken cancellation)
    {
        const string sql = """
            select s.body
              from task_manager.schedule s
             where not s.paused
               and s.body::json ->> 'on' is not null
               and exists (select from recon.change c
                            where (c.xid, c.id) > (s.seen_xid, s.seen_id) and c.xid < pg_snapshot_xmin(pg_current_snapshot()))
             order by s.name
               for update skip locked
            """;
        return connection.Command(sql).QueryAsync(row => ScheduleStore.Read(row.GetString(0)), cancellation);
    }

    /// <summary>The next changes behind those that this schedule has read, which it has now read too.</summary>
    public Task<List<ReconChange>> ReadAsync(string schedule, CancellationToken cancellation)
    {
        const string sql = """
            with next as materialized (
                select c.* from task_manager.schedule s
                 cross join lateral (
                       select c.* from recon.change c
                        where (c.xid, c.id) > (s.seen_xid, s.seen_id) and c.xid < pg_snapshot_xmin(pg_current_snapshot())
                        order by c.xid, c.id
                        limit $2) c
                 where s.name = $1
            ), seen as (
                update task_manager.schedule s
                   set seen_xid = last.xid, seen_id = last.id
                  from (select xid, id from next order by xid desc, id desc limit 1) last
                 where s.name = $1
            )
            select id, at, organisation, model, change, key from next order by xid, id
            """;
        return connection.Command(sql, In(schedule), In(ReadLimit)).QueryAsync(
            row => new ReconChange(
                row.GetInt64(0), row.GetDateTime(1), row.GetString(2), row.GetString(3), row.GetString(4), Json.ReadElement(row.GetString(5))),
            cancellation);
    }
}

/// <summary>One row of the feed.</summary>
public sealed record ReconChange(long Id, DateTimeOffset At, string Organisation, string Model, string Change, JsonElement Key);
