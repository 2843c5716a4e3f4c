using Npgsql;
using static TaskMesh.Postgres.Manager.Statement;

namespace TaskMesh.Postgres.Manager;

/// <summary>
/// Removes what is kept long enough, a bounded part at a time: the tasks of a collection that has ended, with results, events and dead letters,
/// then the collection itself; and messages that were put aside. A collection that runs is never touched, nor a task that has not ended.
/// </summary>
public sealed class RetentionStore(NpgsqlConnection connection)
{
    public const int TaskLimit = 5_000;
    public const int CollectionLimit = 100;
    public const int MessageLimit = 1_000;
    private const int LedgerLimit = 10_000;

    private const string Expired = """
        select id from (
            (select id, ended_at from task_manager.collection
              where (state = 'Succeeded') = true and ended_at < task_manager.clock() - $1 order by ended_at limit $3)
            union all
            (select id, ended_at from task_manager.collection
              where (state = 'Succeeded') = false and ended_at < task_manager.clock() - $2 order by ended_at limit $3)
        ) old
        """;

    /// <returns>How many tasks went.</returns>
    public async Task<int> PruneTasksAsync(TimeSpan succeeded, TimeSpan failed, CancellationToken cancellation)
    {
        const string sql = $"""
            with expired as ({Expired}), doomed as (
                select t.id
                  from expired
                  join task_manager.container c on c.collection_id = expired.id
                  join task_manager.task t on t.container_id = c.id
                 where t.state not in ('Pending', 'Dispatched', 'Running', 'PendingTaskCreation')
                 limit $4
                   for update of t skip locked
            ), results as (
                delete from task_manager.task_data d using doomed where d.task_id = doomed.id
            ), events as (
                delete from task_manager.task_event e using doomed where e.task_id = doomed.id
            ), stale as (
                delete from task_manager.stale_report s using doomed where s.task_id = doomed.id
            ), letters as (
                delete from task_manager.dead_letter l using doomed where l.task_id = doomed.id
            ), pruned as (
                delete from task_manager.task t using doomed where t.id = doomed.id returning t.id
            )
            select count(*)::int from pruned
            """;
        var counts = await connection.Command(sql, In(succeeded), In(failed), In(CollectionLimit), In(TaskLimit)).QueryAsync(
            row => row.GetInt32(0), cancellation);
        return counts[0];
    }

    /// <summary>Collections without tasks go with all that hangs on them.</summary>
    public async Task<int> PruneCollectionsAsync(TimeSpan succeeded, TimeSpan failed, CancellationToken cancellation)
    {
        const string sql = $"""
            with expired as ({Expired}), pruned as (
                delete from task_manager.collection k
                 using expired
                 where k.id = expired.id
                   and not exists (
                       select from task_manager.container c
                         join task_manager.task t on t.container_id = c.id
                        where c.collection_id = k.id)
                returning k.id
            ), containers as (
                delete from task_manager.container c using pruned where c.collection_id = pruned.id returning c.id
            ), counts as (
                delete from task_manager.progress p using containers where p.container_id = containers.id
            )
            select count(*)::int from pruned
            """;
        var counts = await connection.Command(sql, In(succeeded), In(failed), In(CollectionLimit)).QueryAsync(
            row => row.GetInt32(0), cancellation);
        return counts[0];
    }

    /// <returns>How many messages went that were put aside.</returns>
    public async Task<int> PruneMessagesAsync(TimeSpan kept, CancellationToken cancellation)
    {
        const string sql = """
            with pruned as (
                delete from task_manager.quarantine
                 where id in (select id from task_manager.quarantine where at < (select task_manager.clock()) - $1 order by at limit $2)
             returning id
            )
            select count(*)::int from pruned
            """;
        var counts = await connection.Command(sql, In(kept), In(MessageLimit)).QueryAsync(row => row.GetInt32(0), cancellation);
        return counts[0];
    }

    /// <summary>What launches left in the ledger, once no slot needs it, and workers that are gone.</summary>
    public Task PruneLedgerAsync(TimeSpan age, CancellationToken cancellation)
    {
        const string sql = """
            with intents as (
                delete from task_manager.launch_intent i
                 where i.id in (
                       select id from task_manager.launch_intent old
                        where old.ended_at < task_manager.clock() - $1
                          and not exists (select from task_manager.launch_slot s where s.intent_id = old.id or s.instance_id = old.instance_id)
                        order by old.ended_at
                        limit $2)
            )
            delete from task_manager.worker w
             where w.id in (select id from task_manager.worker where state = 'gone' and last_seen < task_manager.clock() - $1 limit $2)
            """;
        return connection.Command(sql, In(age), In(LedgerLimit)).ExecuteAsync(cancellation);
    }

    public Task MakePartitionsAsync(int weeksAhead, CancellationToken cancellation) =>
        connection.Command("select task_manager.make_partitions($1)", In(weeksAhead)).ExecuteAsync(cancellation);

    public Task DropPartitionsAsync(CancellationToken cancellation) =>
        connection.Command("select task_manager.drop_partitions()").ExecuteAsync(cancellation);

    /// <summary>Of these, the tasks that exist.</summary>
    public Task<List<Guid>> ExistingAsync(IReadOnlyCollection<Guid> tasks, CancellationToken cancellation)
    {
        const string sql = "select t.id from unnest($1) as asked(id) join task_manager.task t on t.id = asked.id";
        return connection.Command(sql, In(tasks.ToArray())).QueryAsync(row => row.GetGuid(0), cancellation);
    }
}
