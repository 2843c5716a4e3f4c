using System.Diagnostics;
using Npgsql;

namespace TaskMesh.Proof.Simulation;

/// <summary>What a simulation asks of its database for itself, on a connection of its own.</summary>
internal sealed class SimServer(NpgsqlConnection connection)
{
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(60);

    public void SetClock(DateTimeOffset now)
    {
        using var command = Command("update proof.now set now = $1", now);
        command.ExecuteNonQuery();
    }

    /// <summary>The server still carries out what the dead asked of it: that belongs to the moment of their death, and not to a later one.</summary>
    public void Settle()
    {
        const string sql = """
            select not exists (
                   select from pg_stat_activity
                    where datname = current_database() and usename like 'tm_%' and state = 'active' and wait_event is distinct from 'ClientRead')
            """;
        var limit = Stopwatch.StartNew();
        while (!Says(sql))
        {
            if (limit.Elapsed > SettleLimit)
                throw new TimeoutException($"The server did not come to rest within {SettleLimit.TotalSeconds} s.");
        }
    }

    /// <summary>Whether so many collections are there, and nothing is left to do.</summary>
    public bool HasEnded(int collections) => Says(
        """
        select (select count(*) from task_manager.container where parent_id is null) >= $1
               and not exists (select from task_manager.container where state in ('Pending', 'Running') or sweep)
               and not exists (
                   select from task_manager.task where state in ('Pending', 'Dispatched', 'Running', 'PendingTaskCreation'))
        """,
        collections);

    public bool HoldsSlots() => Says("select exists (select from task_manager.pool where in_flight <> 0)");

    public bool Has(Guid collection) => Says("select exists (select from task_manager.collection where id = $1)", collection);

    /// <summary>The task or container of that name.</summary>
    public Guid Find(Guid collection, string name)
    {
        using var command = Command(
            """
            select id from task_manager.task where collection_id = $1 and name = $2
             union all
            select id from task_manager.container where collection_id = $1 and name = $2
            """,
            collection,
            name);
        return (Guid)command.ExecuteScalar()!;
    }

    public void CutConnections()
    {
        using var command = Command("""
            select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and usename like 'tm_%' and state <> 'idle' limit 2
            """);
        command.ExecuteNonQuery();
    }

    private bool Says(string sql, params object[] values)
    {
        using var command = Command(sql, values);
        return command.ExecuteScalar() is true;
    }

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
