using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Npgsql;
using TaskMesh.Cli.Local;
using TaskMesh.Integration.Aws;
using TaskMesh.Integration.Lambda;
using TaskMesh.LocalCloud.Postgres;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Manager;

/// <summary>
/// The Manager's package as a step of a deployment: a real process, a real database with an administrator who is no superuser, as on RDS, and
/// CloudFormation played at the address that it gives.
/// </summary>
public sealed class MigrationsTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private PostgresCluster _cluster = null!;
    private RuntimeApiServer _lambda = null!;
    private SecretServer _secrets = null!;
    private WebApplication _stack = null!;
    private TaskCompletionSource<(string? ContentType, JsonElement Answer)> _answered = new();

    public async Task InitializeAsync()
    {
        _cluster = await PostgresCluster.StartAsync(new PostgresOptions(_folder.Of("pg")) { Durable = false }, TimeProvider.System, default);
        await ExecuteAsync("create role rds_iam; create role taskmesh_admin login createrole; grant rds_iam to taskmesh_admin with admin option");
        await ExecuteAsync("create database taskmesh owner taskmesh_admin");
        _lambda = await RuntimeApiServer.StartAsync();
        _secrets = await SecretServer.StartAsync("""{"username":"taskmesh_admin","password":"never shown","port":5432}""");
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _stack = builder.Build();
        _stack.MapPut("/answer", async (HttpRequest request) =>
            _answered.TrySetResult((request.ContentType, (await JsonDocument.ParseAsync(request.Body)).RootElement)));
        await _stack.StartAsync();
    }

    [Fact]
    public async Task A_deployment_brings_the_schema_and_lets_hosts_sign_in_by_iam()
    {
        using var manager = Start();

        var created = await AskAsync("Create");
        var updated = await AskAsync("Update", "taskmesh-schema");
        var deleted = await AskAsync("Delete", "taskmesh-schema");

        foreach (var answer in new[] { created, updated, deleted })
            Assert.Equal("SUCCESS", answer.GetProperty("Status").GetString());
        Assert.Equal("taskmesh-schema", created.GetProperty("PhysicalResourceId").GetString());
        Assert.Equal("stack-1", created.GetProperty("StackId").GetString());
        Assert.Equal(
            ["tm_internal", "tm_manager", "tm_reader", "tm_worker"],
            await RowsAsync("""
                select m.rolname from pg_auth_members g
                join pg_roles r on r.oid = g.roleid and r.rolname = 'rds_iam'
                join pg_roles m on m.oid = g.member where m.rolname like 'tm\_%' order by 1
                """));
        Assert.Equal(["true"], await RowsAsync("select to_regclass('task_manager.task') is not null"));
    }

    [Fact]
    public async Task What_stops_a_migration_is_told_where_the_deployment_failed()
    {
        await ExecuteAsync("create table schema_version (name text primary key, applied_at timestamptz not null default now())", "taskmesh");
        await ExecuteAsync("insert into schema_version (name) values ('9999_later.sql')", "taskmesh");
        await ExecuteAsync("alter table schema_version owner to taskmesh_admin", "taskmesh");
        using var manager = Start();

        var answer = await AskAsync("Create");

        Assert.Equal("FAILED", answer.GetProperty("Status").GetString());
        Assert.Contains("9999_later.sql", answer.GetProperty("Reason").GetString(), StringComparison.Ordinal);
    }

    public async Task DisposeAsync()
    {
        await _stack.DisposeAsync();
        await _secrets.DisposeAsync();
        await _lambda.DisposeAsync();
        await _cluster.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<JsonElement> AskAsync(string type, string? id = null)
    {
        _answered = new();
        var answer = await _lambda.InvokeAsync(JsonSerializer.Serialize(new
        {
            RequestType = type,
            ResponseURL = $"{_stack.Urls.First()}/answer",
            StackId = "stack-1",
            RequestId = "request-1",
            LogicalResourceId = "MigrationsApplied",
            PhysicalResourceId = id,
            ResourceType = "Custom::Migrations",
            ResourceProperties = new { ServiceToken = "arn", Package = "" },
        }));
        Assert.False(answer.IsError, answer.Body);
        var (contentType, told) = await _answered.Task;
        Assert.Null(contentType);
        return told;
    }

    private HostProcess Start()
    {
        var command = HostPrograms.Find().Command("Manager");
        return new HostProcess(Process.Start(new ProcessStartInfo(command[0], command.Skip(1))
        {
            Environment =
            {
                ["AWS_LAMBDA_RUNTIME_API"] = _lambda.Address,
                ["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = _secrets.Address.ToString(),
                ["AWS_REGION"] = "eu-west-1",
                ["AWS_ACCESS_KEY_ID"] = "any",
                ["AWS_SECRET_ACCESS_KEY"] = "any",
                ["TASKMESH_MIGRATIONS_DATABASE"] = ConnectionString("taskmesh_admin", "taskmesh"),
                ["TASKMESH_MIGRATIONS_SECRET"] = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:admin",
            },
        })!);
    }

    private string ConnectionString(string role, string database) => new NpgsqlConnectionStringBuilder(_cluster.ConnectionString)
    {
        Username = role,
        Database = database,
        Pooling = false,
    }.ConnectionString;

    private async Task ExecuteAsync(string sql, string database = "postgres")
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString("postgres", database));
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<List<string>> RowsAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString("postgres", "taskmesh"));
        await using var command = source.CreateCommand($"select x::text from ({sql}) as rows(x)");
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
            rows.Add(reader.GetString(0));
        return rows;
    }

    private sealed class HostProcess(Process process) : IDisposable
    {
        public void Dispose()
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
