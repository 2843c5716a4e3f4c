using Npgsql;
using TaskMesh.Core;

namespace TaskMesh.Postgres;

/// <summary>Opens the product's database and says which of its errors are the surroundings' fault.</summary>
public static class Database
{
    /// <summary>
    /// The second time that a connection sees a statement it prepares it, so that parsing and planning are paid once. More than this process has.
    /// </summary>
    private const int PreparedStatements = 200;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <param name="connectionString">Npgsql's form; the role in it decides what the process may do.</param>
    /// <param name="application">Shown in pg_stat_activity.</param>
    /// <param name="connections">Upper bound of connections: functions take 2, since many of them run at once.</param>
    /// <param name="passwords">Null where the connection string says how to sign in.</param>
    public static NpgsqlDataSource Open(string connectionString, string application, int connections, PasswordSource? passwords = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = application,
            MaxPoolSize = connections,
            KeepAlive = 30,
            MaxAutoPrepare = PreparedStatements,
            // What a connection leaves behind is nothing: no temporary table, no session setting, no advisory lock.
            NoResetOnClose = true,
        };
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        if (passwords is not null)
            builder.UsePasswordProvider(
                _ => throw new NotSupportedException("connections are opened asynchronously"),
                (of, cancellation) => passwords(of.Host!, of.Port, of.Username!, cancellation));
        return builder.Build();
    }

    /// <summary>
    /// Whether doing it again can help: connection lost or refused, server starting or stopping (class 08, 57P0x), deadlock or serialisation
    /// failure (class 40), no disk, memory or connection left (class 53), an I/O error (58030), a server that may only be read since another
    /// one took over (25006).
    /// </summary>
    public static bool IsTransient(Exception error) => error switch
    {
        PostgresException { SqlState: "40001" or "40P01" or "25006" or "55P03" or "57P01" or "57P02" or "57P03" or "58030" } => true,
        PostgresException postgres => postgres.SqlState.StartsWith("08", StringComparison.Ordinal)
            || postgres.SqlState.StartsWith("53", StringComparison.Ordinal),
        NpgsqlException => true,
        _ => false,
    };

    /// <summary>Does it again while the surroundings are at fault: a database that restarts is waited for.</summary>
    public static async Task<T> WaitForAsync<T>(Func<Task<T>> work, TimeSpan patience, TimeProvider clock, CancellationToken cancellation)
    {
        var start = clock.GetTimestamp();
        for (var pause = FirstPause; ; pause = 2 * pause < LongestPause ? 2 * pause : LongestPause)
        {
            try
            {
                return await work();
            }
            catch (Exception e) when (IsTransient(e) && clock.GetElapsedTime(start) < patience)
            {
                await Task.Delay(pause, clock, cancellation);
            }
        }
    }

    /// <summary>Runs work for a task; a transient error becomes one that counts against no task.</summary>
    internal static async Task<T> ForTaskAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (IsTransient(e))
        {
            throw new InfrastructureException($"database: {e.Message}", e);
        }
    }
}
