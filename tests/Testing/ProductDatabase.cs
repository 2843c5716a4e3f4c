using Npgsql;

namespace TaskMesh.Testing;

/// <summary>A database of a test's own, as each of the product's roles sees it. Its clock stands still once a test has moved it.</summary>
public sealed class ProductDatabase(Func<string, string> connectionString) : IAsyncDisposable
{
    private readonly List<NpgsqlDataSource> _sources = [];

    public NpgsqlDataSource As(string role)
    {
        var source = NpgsqlDataSource.Create(ConnectionString(role));
        _sources.Add(source);
        return source;
    }

    public string ConnectionString(string role) => connectionString(role);

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString("postgres"));
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString("postgres"));
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Returns when a statement waits for a lock.</summary>
    public Task UntilSomebodyWaitsAsync() => Eventually.GetAsync(
        () => ScalarAsync<bool>("select exists (select from pg_locks where not granted)"), waits => waits);

    /// <summary>Rows as text, columns joined by a space.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString("postgres"));
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
            rows.Add(
                string.Join(' ', Enumerable.Range(0, reader.FieldCount).Select(column => reader.IsDBNull(column) ? "-" : reader.GetValue(column))));
        return rows;
    }

    public Task AdvanceAsync(TimeSpan time) => ExecuteAsync($"""
        create table if not exists task_manager.test_clock (now timestamptz not null);
        insert into task_manager.test_clock select task_manager.clock() where not exists (select from task_manager.test_clock);
        update task_manager.test_clock set now = now + interval '{time.TotalMilliseconds:0} milliseconds';
        grant select on task_manager.test_clock to public;
        create or replace function task_manager.clock() returns timestamptz language sql volatile parallel safe
            return (select now from task_manager.test_clock);
        """);

    public async ValueTask DisposeAsync()
    {
        foreach (var source in _sources)
            await source.DisposeAsync();
    }
}
