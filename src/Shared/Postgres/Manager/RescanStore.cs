using Npgsql;
using static TaskMesh.Postgres.Manager.Statement;

namespace TaskMesh.Postgres.Manager;

/// <summary>When scans were submitted last.</summary>
public sealed class RescanStore(NpgsqlConnection connection)
{
    /// <summary>Whoever asks next waits for the end of this transaction: both would find that the other has not come.</summary>
    public Task LockAsync(CancellationToken cancellation) =>
        connection.Command("select pg_advisory_xact_lock(hashtext('task_manager.scanned'))").QueryLaterAsync(_ => true, cancellation);

    /// <summary>Of scans that are submitted: those that were before within their interval, and have not failed since, nor their collection.</summary>
    /// <returns>When.</returns>
    public async Task<IReadOnlyDictionary<Guid, DateTime>> RecentAsync(
        IReadOnlyList<(Guid Task, string Organisation, byte[] Digest, TimeSpan Interval)> scans, CancellationToken cancellation)
    {
        const string sql = """
            select a.task_id, s.at
              from unnest($1, $2, $3, $4) as a(task_id, organisation, digest, rescan_interval)
              join task_manager.scanned s on s.organisation = a.organisation and s.digest = a.digest
              left join task_manager.task t on t.id = s.task_id
              left join task_manager.collection c on c.id = t.collection_id
             where s.at > task_manager.clock() - a.rescan_interval
               and (t.id is null
                    or (t.state not in ('Failed', 'Timeout', 'Cancelled', 'Disabled')
                        and c.state not in ('Failed', 'Timeout', 'Cancelled', 'PartiallyFailed')))
            """;
        var rows = await connection.Command(
            sql,
            In(scans.Select(scan => scan.Task).ToArray()),
            In(scans.Select(scan => scan.Organisation).ToArray()),
            In(scans.Select(scan => scan.Digest).ToArray()),
            In(scans.Select(scan => scan.Interval).ToArray()))
            .QueryAsync(row => (Task: row.GetGuid(0), At: row.GetDateTime(1)), cancellation);
        return rows.ToDictionary(row => row.Task, row => row.At);
    }

    public Task RememberAsync(IReadOnlyList<(Guid Task, string Organisation, byte[] Digest)> scans, CancellationToken cancellation)
    {
        const string sql = """
            insert into task_manager.scanned as s (organisation, digest, at, task_id)
            select distinct on (a.organisation, a.digest) a.organisation, a.digest, k.now, a.task_id
              from unnest($1, $2, $3) as a(task_id, organisation, digest), (select task_manager.clock() as now) k
                on conflict (organisation, digest) do update set at = excluded.at, task_id = excluded.task_id
            """;
        return connection.Command(
            sql,
            In(scans.Select(scan => scan.Task).ToArray()),
            In(scans.Select(scan => scan.Organisation).ToArray()),
            In(scans.Select(scan => scan.Digest).ToArray()))
            .LaterAsync(cancellation);
    }

    /// <summary>Forgets scans that may come again.</summary>
    public Task ForgetAsync(CancellationToken cancellation)
    {
        const string sql = """
            delete from task_manager.scanned s
             using task_manager.organisation o
             where o.name = s.organisation and s.at <= task_manager.clock() - coalesce(o.rescan_interval, interval '0')
            """;
        return connection.Command(sql).ExecuteAsync(cancellation);
    }
}
