using Npgsql;
using TaskMesh.LocalCloud.Postgres;
using TaskMesh.Postgres;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Postgres;

public sealed class DatabaseTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private PostgresCluster _cluster = null!;

    /// <summary>A server that asks "host" for a clear password, as RDS does of who signs in by IAM.</summary>
    public async Task InitializeAsync()
    {
        _cluster = await PostgresCluster.StartAsync(new PostgresOptions(_folder.Of("pg")) { Durable = false }, TimeProvider.System, default);
        await using var owner = NpgsqlDataSource.Create($"{_cluster.ConnectionString};Pooling=false");
        await using var command = owner.CreateCommand("create role host login password 'token'; show hba_file");
        var access = (string)(await command.ExecuteScalarAsync())!;
        await File.WriteAllTextAsync(access, $"local all host password\n{await File.ReadAllTextAsync(access)}");
        await using var reload = owner.CreateCommand("select pg_reload_conf()");
        await reload.ExecuteNonQueryAsync();
        await Eventually.GetAsync(AsksAsync, asks => asks);
    }

    [Fact]
    public async Task A_connection_that_begins_asks_for_the_password_of_the_moment()
    {
        var password = "an old token";
        var asked = new List<string>();
        var connection = new NpgsqlConnectionStringBuilder(_cluster.ConnectionString) { Username = "host" }.ConnectionString;
        await using var database = Database.Open(connection, "test", 1, (_, _, user, _) =>
        {
            asked.Add(user);
            return ValueTask.FromResult(password);
        });

        await Assert.ThrowsAsync<PostgresException>(async () => await database.OpenConnectionAsync());
        password = "token";
        await using var second = await database.OpenConnectionAsync();

        Assert.Equal(["host"], asked.Distinct());
    }

    private async Task<bool> AsksAsync()
    {
        await using var connection = new NpgsqlConnection($"{_cluster.ConnectionString};Username=host;Pooling=false");
        try
        {
            await connection.OpenAsync();
            return false;
        }
        catch (NpgsqlException)
        {
            return true;
        }
    }

    public async Task DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _folder.Dispose();
    }
}
