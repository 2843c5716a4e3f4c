using Npgsql;
using TaskMesh.LocalCloud.Postgres;

namespace TaskMesh.LocalCloud.Sqs;

/// <param name="Took">Messages that were looked at; fewer than asked for when the source holds no more.</param>
/// <param name="Targets">The numbers of the queues to which messages went.</param>
public readonly record struct MoveStep(int Took, IReadOnlyList<int> Targets);

/// <summary>
/// Message move tasks in PostgreSQL. A step moves messages and counts them in one statement, so a task whose process was killed goes on where it
/// was, and moves nothing twice.
/// </summary>
public sealed class MoveTaskStore(NpgsqlDataSource source)
{
    /// <summary>Null if the source has a running task already.</summary>
    public async Task<int?> InsertAsync(
        SqsQueue from, SqsQueue? destination, int? perSecond, DateTimeOffset now, CancellationToken cancellation)
    {
        const string sql = """
            insert into local_cloud.move_task (source, destination, per_second, started, to_move)
            select $1, $2, $3, $4, count(*)
            from local_cloud.message
            where queue = $1
            on conflict do nothing
            returning id
            """;
        await using var command = source.Command(sql, from.Id, OrNull(destination?.Name), OrNull(perSecond), now);
        return (int?)await command.ExecuteScalarAsync(cancellation);
    }

    public Task<List<MoveTask>> RunningAsync(CancellationToken cancellation)
    {
        const string sql = """
            select id, source, destination, per_second, started, to_move, moved, status, failure
            from local_cloud.move_task
            where status = 'RUNNING'
            order by id
            """;
        return ReadAsync(source.Command(sql), cancellation);
    }

    /// <summary>The latest ones, the last first.</summary>
    public Task<List<MoveTask>> LatestAsync(SqsQueue from, int most, CancellationToken cancellation)
    {
        const string sql = """
            select id, source, destination, per_second, started, to_move, moved, status, failure
            from local_cloud.move_task
            where source = $1
            order by id desc
            limit $2
            """;
        return ReadAsync(source.Command(sql, from.Id, most), cancellation);
    }

    /// <summary>What it had moved; null if it is not running, or not one of this source.</summary>
    public async Task<long?> CancelAsync(int task, SqsQueue from, CancellationToken cancellation)
    {
        const string sql = """
            update local_cloud.move_task
            set status = 'CANCELLED'
            where id = $1 and source = $2 and status = 'RUNNING'
            returning moved
            """;
        await using var command = source.Command(sql, task, from.Id);
        return (long?)await command.ExecuteScalarAsync(cancellation);
    }

    /// <summary>
    /// Moves what nobody holds, as new messages with ids and a time of sending of their own, and ends the task when that was all, or when one has
    /// nowhere to go.
    /// </summary>
    public async Task<MoveStep> StepAsync(MoveTask task, int most, DateTimeOffset now, CancellationToken cancellation)
    {
        const string sql = """
            with task as (
                select id
                from local_cloud.move_task
                where id = $1 and status = 'RUNNING'
                for update
            ), due as (
                select m.seq, q.id as target
                from task
                cross join local_cloud.message as m
                left join local_cloud.queue as q on q.name = coalesce($5, m.source)
                where m.queue = $2 and m.visible_at <= $3
                order by m.visible_at, m.seq
                limit $4
                for update of m skip locked
            ), gone as (
                delete from local_cloud.message as m
                using due
                where m.seq = due.seq and due.target is not null
                returning m.seq, due.target, m.body, m.attributes, m.trace_header
            ), moved as (
                insert into local_cloud.message (queue, sent, visible_at, id, body, attributes, trace_header)
                select target, $3, $3, gen_random_uuid(), body, attributes, trace_header
                from gone
                order by seq
            ), stuck as (
                select exists (select from due where target is null) as found
            ), told as (
                update local_cloud.move_task
                set moved = moved + (select count(*) from gone),
                    status = case when (select found from stuck) then 'FAILED'
                        when (select count(*) from due) < $4 then 'COMPLETED' else status end,
                    failure = case when (select found from stuck) then $6 end
                where id in (select id from task)
            )
            select (select count(*) from due)::integer, array(select distinct target from gone)
            """;
        var failure = task.Destination is null ? "CouldNotDetermineMessageSource" : "AWS.SimpleQueueService.NonExistentQueue";
        await using var command = source.Command(sql, task.Id, task.Source, now, most, OrNull(task.Destination), failure);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new MoveStep(reader.GetInt32(0), reader.GetFieldValue<int[]>(1));
    }

    private static async Task<List<MoveTask>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        await using var closing = command;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var tasks = new List<MoveTask>();
        while (await reader.ReadAsync(cancellation))
        {
            tasks.Add(new MoveTask(
                reader.GetInt32(0),
                reader.GetInt32(1),
                reader.IsDBNull(2) ? null : reader.GetString(2),
                reader.IsDBNull(3) ? null : reader.GetInt32(3),
                reader.GetFieldValue<DateTimeOffset>(4),
                reader.GetInt64(5),
                reader.GetInt64(6),
                reader.GetString(7),
                reader.IsDBNull(8) ? null : reader.GetString(8)));
        }
        return tasks;
    }

    private static object OrNull(object? value) => value ?? DBNull.Value;
}
