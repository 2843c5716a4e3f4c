using Npgsql;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Proof.Checking;

/// <summary>
/// What a database is made to write down for the checker, from outside: one sequence of numbers over moves, effects and closings.
/// A number is drawn while the task's row is locked, so the numbers of a task are in the order of what happened to it.
/// </summary>
public static class Journal
{
    public static async Task InstallAsync(NpgsqlDataSource superuser)
    {
        const string sql = """
            create schema proof;
            create sequence proof.number;
            alter table task_manager.task_event add column number bigint not null default nextval('proof.number');
            create table proof.effect (
                number bigint not null default nextval('proof.number'), task_id uuid not null, attempt int not null, at timestamptz not null);
            create table proof.closing (number bigint not null default nextval('proof.number'), container_id uuid not null, state text not null,
                at timestamptz not null);
            grant usage on schema proof to public;
            grant usage on sequence proof.number to public;

            create function proof.note_effect() returns trigger language plpgsql security definer as $$
            begin
                insert into proof.effect (task_id, attempt, at) values (new.task_id, new.attempt, task_manager.clock());
                return null;
            end $$;

            create function proof.note_closing() returns trigger language plpgsql security definer as $$
            begin
                insert into proof.closing (container_id, state, at) values (new.id, new.state::text, task_manager.clock());
                return null;
            end $$;

            -- Part 0 is what the Manager writes with the move of the task; the others are the workers'.
            create trigger note_effect after insert on task_manager.task_data
                for each row when (new.part > 0) execute function proof.note_effect();
            create trigger note_closing after update of state on task_manager.container
                for each row when (old.state in ('Pending', 'Running') and new.state not in ('Pending', 'Running'))
                execute function proof.note_closing();
            """;
        await ExecuteAsync(superuser, sql);
    }

    /// <summary>Empties what a run has written; organisations, pools and settings stay.</summary>
    public static Task ClearAsync(NpgsqlDataSource superuser) => ExecuteAsync(superuser, """
        do $$
        begin
            execute (
                select 'truncate ' || string_agg(c.oid::regclass::text, ', ') || ' cascade'
                  from pg_class c
                  join pg_namespace n on n.oid = c.relnamespace
                 where n.nspname in ('task_manager', 'proof', 'recon')
                   and c.relkind in ('r', 'p')
                   and not c.relispartition
                   and c.relname not in ('organisation', 'control_state', 'pool', 'launch_slot', 'now'));
        end $$;
        update task_manager.pool set in_flight = 0;
        update task_manager.control_state set last_sweep = '-infinity';
        update task_manager.launch_slot set state = 'free', intent_id = null, instance_id = null;
        """);

    /// <summary>Reads what the database knows; the rest of the history is the caller's.</summary>
    public static async Task<History> ReadAsync(NpgsqlDataSource superuser)
    {
        await using var connection = await superuser.OpenConnectionAsync();
        return new History
        {
            Tasks = await RowsAsync(connection, """
                select t.id, t.collection_id, t.container_id, t.ordinal, t.state::text, t.attempt, t.failures::int,
                       coalesce(p.class, '') <> 'External' and t.kind <> 'conditional',
                       exists (select from task_manager.task_data d where d.task_id = t.id and d.attempt = t.attempt and d.part = 0)
                  from task_manager.task t
                  left join task_manager.pool p on p.name = t.pool
                """,
                row => new TaskRow(
                    row.GetGuid(0), row.GetGuid(1), row.GetGuid(2), row.GetInt32(3), State(row, 4), row.GetInt32(5), row.GetInt32(6),
                    row.GetBoolean(7), row.GetBoolean(8))),
            Containers = await RowsAsync(connection, """
                select c.id, c.collection_id, c.parent_id, c.ordinal, c.mode = 'Sequential', c.children, c.state::text,
                       coalesce((select sum(p.succeeded + p.partially_failed + p.failed + p.timeout + p.disabled + p.cancelled)::int
                                   from task_manager.progress p where p.container_id = c.id), 0)
                  from task_manager.container c
                """,
                row => new ContainerRow(
                    row.GetGuid(0), row.GetGuid(1), row.IsDBNull(2) ? null : row.GetGuid(2), row.GetInt32(3), row.GetBoolean(4), row.GetInt32(5),
                    State(row, 6), row.GetInt32(7))),
            Moves = await RowsAsync(
                connection,
                "select number, task_id, state::text, attempt, at, worker, reason from task_manager.task_event order by number",
                row => new MoveEvent(
                    row.GetInt64(0), row.GetGuid(1), State(row, 2), row.GetInt32(3), row.GetFieldValue<DateTimeOffset>(4), Text(row, 5),
                    Text(row, 6))),
            Effects = await RowsAsync(
                connection,
                "select number, task_id, attempt, at from proof.effect order by number",
                row => new Effect(row.GetInt64(0), row.GetGuid(1), row.GetInt32(2), row.GetFieldValue<DateTimeOffset>(3))),
            Closings = await RowsAsync(
                connection,
                "select number, container_id, state, at from proof.closing order by number",
                row => new Closing(row.GetInt64(0), row.GetGuid(1), State(row, 2), row.GetFieldValue<DateTimeOffset>(3))),
            Refused = await RowsAsync(connection, "select reason from task_manager.quarantine", row => row.GetString(0)),
            SlotsHeld = (await RowsAsync(connection, "select sum(abs(in_flight))::int from task_manager.pool", row => row.GetInt32(0)))[0],
        };
    }

    public static async Task ExecuteAsync(NpgsqlDataSource superuser, string sql)
    {
        await using var command = superuser.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<IReadOnlyList<T>> RowsAsync<T>(NpgsqlConnection connection, string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
            rows.Add(read(reader));
        return rows;
    }

    private static TaskState State(NpgsqlDataReader row, int column) => Enum.Parse<TaskState>(row.GetString(column));

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
