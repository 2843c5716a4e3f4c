using System.Diagnostics;
using System.Text;
using Amazon.SQS.Model;
using TaskMesh.Cli.Local;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Cli;

/// <summary>External workers meet foreign data, so nothing leads from them to the database: no file, no port, no variable.</summary>
[Collection(LocalMeshTests.Name)]
public sealed class IsolationTests(LocalMeshFixture mesh)
{
    private const string Psql = "/usr/lib/postgresql/15/bin/psql";

    [RootFact]
    public async Task The_database_lets_in_the_user_of_the_hosts_and_not_the_one_of_External()
    {
        var inside = await AskAsync(ServiceUsers.Mesh, mesh.SocketFolder);
        var outside = await AskAsync(ServiceUsers.Outside, mesh.SocketFolder);

        Assert.Equal("1", inside.Good().Output.Trim());
        Assert.NotEqual(0, outside.Code);
        // strerror(EACCES)
        Assert.Contains($"socket \"{mesh.SocketFolder}/.s.PGSQL.5432\" failed: Permission denied", outside.Errors);
    }

    [RootFact]
    public async Task The_database_is_on_no_port()
    {
        var answer = await AskAsync(ServiceUsers.Outside, "127.0.0.1");

        Assert.Contains("port 5432 failed: Connection refused", answer.Errors);
        Assert.Equal("", await mesh.QueryAsync<string>("select setting from pg_settings where name = 'listen_addresses'"));
    }

    [RootFact]
    public async Task External_runs_as_its_own_user_and_knows_of_no_database()
    {
        // Nobody can read it, so the function starts and does nothing.
        await mesh.Sqs.SendMessageAsync(new SendMessageRequest(mesh.State.ManagerQueue.Replace("-manager", "-external"), "nothing to do"));
        var process = await Eventually.GetAsync(() => Task.FromResult(External()), found => found is not null);

        var user = File.ReadLines($"/proc/{process}/status").Single(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1];
        var variables = Encoding.UTF8.GetString(await File.ReadAllBytesAsync($"/proc/{process}/environ")).Split('\0');

        Assert.Equal($"{ServiceUsers.Outside}", user);
        Assert.Contains(variables, variable => variable.StartsWith("TASKMESH_MANAGER_QUEUE_URL=", StringComparison.Ordinal));
        Assert.DoesNotContain(variables, variable => variable.Contains("DATABASE") || variable.StartsWith("PG", StringComparison.Ordinal)
            || variable.Contains("tm_") || variable.Contains(mesh.SocketFolder));
    }

    private static async Task<CliAnswer> AskAsync(int user, string host)
    {
        string[] rights = [$"--reuid={user}", $"--regid={user}", "--clear-groups"];
        string[] question =
            [Psql, "--host", host, "--username", "tm_reader", "--dbname", "taskmesh", "--no-psqlrc", "--tuples-only", "--command", "select 1"];
        using var process = Process.Start(new ProcessStartInfo("setpriv", [.. rights, .. question])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        })!;
        return await CliProcess.EndAsync(process);
    }

    /// <summary>The process of this mesh's External function, once it is that program and no longer what starts it.</summary>
    private string? External() => Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).FirstOrDefault(
        process => ReadOrNothing($"/proc/{process}/cmdline") is { } command
            && command.StartsWith(HostPrograms.Dotnet, StringComparison.Ordinal) && command.Contains("TaskMesh.Workers.External.dll")
            && ReadOrNothing($"/proc/{process}/status").Contains($"\nPPid:\t{mesh.State.ProcessId}\n"));

    /// <summary>Processes end while one reads of them.</summary>
    private static string ReadOrNothing(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
