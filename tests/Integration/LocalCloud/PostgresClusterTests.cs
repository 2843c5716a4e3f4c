using System.Diagnostics;
using Npgsql;
using TaskMesh.LocalCloud.Postgres;
using TaskMesh.LocalCloud.Processes;
using TaskMesh.Testing;

namespace TaskMesh.Integration.LocalCloud;

public sealed class PostgresClusterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_cluster_that_was_disposed_of_leaves_no_process_behind()
    {
        await using var cluster = await StartAsync(Options);

        var answer = await ScalarAsync(cluster, "select 1");
        await cluster.DisposeAsync();

        Assert.Equal(1, answer);
        Assert.False(Directory.Exists($"/proc/{cluster.ProcessId}"));
    }

    [Fact]
    public async Task A_stopped_cluster_starts_again_on_its_data()
    {
        await using (var first = await StartAsync(Options))
            await ScalarAsync(first, "create table kept as select 7 as n");

        await using var second = await StartAsync(Options);

        Assert.Equal(7, await ScalarAsync(second, "select n from kept"));
    }

    [Fact]
    public async Task A_killed_server_starts_again_on_its_data()
    {
        await using var killed = await StartAsync(Options);
        await ScalarAsync(killed, "create table kept as select 7 as n");
        Process.GetProcessById(killed.ProcessId).Kill();
        await killed.Exited;

        await using var second = await StartAsync(Options);

        Assert.Equal(7, await ScalarAsync(second, "select n from kept"));
    }

    [Fact]
    public async Task The_loopback_port_opens_only_with_the_password()
    {
        await using var cluster = await StartAsync(Options with { ListenOnLoopback = true });
        var builder = new NpgsqlConnectionStringBuilder(cluster.ConnectionString);

        Assert.Equal(1, await ScalarAsync(cluster, "select 1"));
        builder.Password = "guessed";
        await using var source = NpgsqlDataSource.Create(builder);
        var refusal = await Assert.ThrowsAsync<PostgresException>(async () => await source.OpenConnectionAsync());

        Assert.Equal(PostgresErrorCodes.InvalidPassword, refusal.SqlState);
    }

    [RootFact]
    public async Task Other_users_do_not_get_at_the_socket()
    {
        await using var cluster = await StartAsync(Options);
        var socket = Path.Combine(Options.SocketFolder, ".s.PGSQL.5432");

        var stranger = await ChildProcess.StartAsync(new ChildStart(["stat", socket], _folder.Of("stranger.log")) { User = "65534" });

        Assert.NotEqual(0, await stranger.Exited);
        Assert.Contains("Permission denied", await File.ReadAllTextAsync(_folder.Of("stranger.log")), StringComparison.Ordinal);
        Assert.True(File.Exists(socket));
    }

    [Fact]
    public async Task A_cluster_that_cannot_start_says_why()
    {
        var options = Options with { Settings = new Dictionary<string, string> { ["max_connections"] = "none" } };

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(options));

        Assert.Contains("max_connections", error.Message, StringComparison.Ordinal);
    }

    private PostgresOptions Options => new(_folder.Of("pg")) { Durable = false };

    private static Task<PostgresCluster> StartAsync(PostgresOptions options) =>
        PostgresCluster.StartAsync(options, TimeProvider.System, CancellationToken.None);

    private static async Task<object?> ScalarAsync(PostgresCluster cluster, string sql)
    {
        await using var source = NpgsqlDataSource.Create(cluster.ConnectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
