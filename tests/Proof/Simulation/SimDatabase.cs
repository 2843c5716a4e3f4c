using Npgsql;
using TaskMesh.Proof.Checking;
using TaskMesh.Testing;

namespace TaskMesh.Proof.Simulation;

/// <summary>A database that writes the journal and whose clock is the simulation's. Used for one run after the other.</summary>
internal sealed class SimDatabase : IAsyncDisposable
{
    private readonly ProductDatabase _database;

    private SimDatabase(ProductDatabase database)
    {
        _database = database;
        Superuser = database.As("postgres");
    }

    public NpgsqlDataSource Superuser { get; }

    public static async Task<SimDatabase> CreateAsync(ProductCluster cluster, string? defect = null)
    {
        var database = new SimDatabase(await cluster.CreateAsync());
        await Journal.InstallAsync(database.Superuser);
        await Journal.ExecuteAsync(database.Superuser, """
            create table proof.now (now timestamptz not null);
            insert into proof.now values (clock_timestamp());
            grant select on proof.now to public;
            create or replace function task_manager.clock() returns timestamptz language sql volatile parallel safe
                return (select now from proof.now);
            """);
        // One call in fifty is a worker's last here: five in a row say nothing of a task.
        await Journal.ExecuteAsync(
            database.Superuser, "create or replace function task_manager.lost_limit() returns int language sql immutable parallel safe return 1000");
        if (defect is not null)
            await Journal.ExecuteAsync(database.Superuser, defect);
        return database;
    }

    /// <summary>A process that has died does not wait for the server to hear of it.</summary>
    public string ConnectionString(string role) =>
        new NpgsqlConnectionStringBuilder(_database.ConnectionString(role)) { CancellationTimeout = -1 }.ConnectionString;

    public async ValueTask DisposeAsync()
    {
        await Superuser.DisposeAsync();
        await _database.DisposeAsync();
    }
}
