using System.Text.Json;
using Amazon.SQS;
using Npgsql;
using TaskMesh.Cli.Local;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scope;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Cli;

/// <summary>A mesh of its own, started with <c>taskmesh local up</c> and ended with <c>taskmesh local down</c>.</summary>
public sealed class LocalMeshFixture : IAsyncLifetime
{
    public const string ScopeReference = "the loopback ticket";

    private readonly TemporaryFolder _folder = new();

    /// <summary>What a scan was answered before there was a scope.</summary>
    internal CliAnswer WithoutScope { get; private set; } = null!;

    internal LocalState State { get; private set; } = null!;

    internal IAmazonSQS Sqs { get; private set; } = null!;

    internal NpgsqlDataSource Database { get; private set; } = null!;

    internal string SocketFolder => Path.Combine(LocalFolder, "product-socket");

    internal string ScopeFile => _folder.Of("scope.json");

    /// <summary>Where a command finds this mesh.</summary>
    internal IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string> { ["TASKMESH_LOCAL_FOLDER"] = LocalFolder };

    private string LocalFolder => _folder.Of("mesh");

    public async Task InitializeAsync()
    {
        (await RunAsync("local", "up")).Good();
        State = LocalState.Read(LocalFolder)!;
        Sqs = AwsTestClients.SqsAt(State.Endpoint);
        Database = NpgsqlDataSource.Create(State.ReaderDatabase);
        WithoutScope = await RunAsync("submit", "tcp-syn", """{"targets":["127.0.0.1"],"ports":"1"}""");
        await WriteScopeAsync("scope.json", TimeSpan.FromDays(1));
        (await RunAsync("scope", "set", ScopeFile, "--reason", "tests")).Good();
    }

    public async Task DisposeAsync()
    {
        if (Database is not null)
            await Database.DisposeAsync();
        Sqs?.Dispose();
        await RunAsync("local", "down");
        _folder.Dispose();
    }

    internal Task<CliAnswer> RunAsync(params string[] arguments) => RunWithInputAsync("", arguments);

    internal async Task<CliAnswer> RunWithInputAsync(string input, params string[] arguments)
    {
        using var process = CliProcess.Start(Environment, arguments);
        return await CliProcess.EndAsync(process, input);
    }

    /// <summary>A scope for this machine's loopback network that began a day ago.</summary>
    internal async Task<string> WriteScopeAsync(string name, TimeSpan validFor)
    {
        var now = TimeProvider.System.GetUtcNow();
        var scope = new ScanScope(
            "the tests", ScopeReference, now.AddDays(-1), now + validFor, ["127.0.0.0/8"], ["127.0.0.66"], AllowPrivate: true);
        return await WriteAsync(name, JsonSerializer.Serialize(scope, MessageJson.Default.ScanScope));
    }

    internal async Task<string> WriteAsync(string name, string text)
    {
        await File.WriteAllTextAsync(_folder.Of(name), text);
        return _folder.Of(name);
    }

    /// <summary>The first column of the first row.</summary>
    internal async Task<T?> QueryAsync<T>(string sql, params object[] parameters)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.AddWithValue(parameter);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    /// <summary>Waits for a task to be in a state.</summary>
    internal Task StateAsync(Guid task, string state) => Eventually.GetAsync(
        () => QueryAsync<long>("select count(*) from task_manager.task where id = $1 and state = $2::task_manager.task_state", task, state),
        count => count == 1);

    /// <summary>Waits for a task to be in a state, and tells its worker.</summary>
    internal Task<string?> WorkerOfAsync(Guid task, string state) => Eventually.GetAsync(
        () => QueryAsync<string>("select worker from task_manager.task where id = $1 and state = $2::task_manager.task_state", task, state),
        worker => worker is not null);
}
