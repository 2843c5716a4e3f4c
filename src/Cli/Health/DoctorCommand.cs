using System.CommandLine;
using Npgsql;
using TaskMesh.Aws;
using TaskMesh.Cli.Commands;
using TaskMesh.Cli.Local;
using TaskMesh.Cli.Mesh;
using TaskMesh.Cli.Output;
using TaskMesh.Core.Configuration;

namespace TaskMesh.Cli.Health;

/// <summary><c>taskmesh doctor</c>: what does not work, by which evidence, and what to do.</summary>
internal static class DoctorCommand
{
    private static readonly string[] Regions = ["AWS_REGION", "AWS_DEFAULT_REGION"];

    public static Command Create()
    {
        var command = new Command(
            "doctor", "Check this machine and the mesh: what does not work, and what to do. Changes nothing; exit code 1 if something fails.");
        command.SetAction(async (parsed, cancellation) =>
        {
            var findings = await RunAsync(ProcessEnvironment.Read(), TimeProvider.System, cancellation);
            parsed.Printer().Rows(
                [.. findings.Select(found => new Row(
                    Schema.Diagnosis, found.Check, $"{found.Verdict}".ToUpperInvariant(), found.Evidence, found.Fix))],
                ("CHECK", row => row.Check),
                ("VERDICT", row => row.Verdict),
                ("EVIDENCE", row => row.Evidence),
                ("FIX", row => row.Fix));
            return findings.Exists(found => found.Verdict == Verdict.Fail) ? ExitCode.Unwell : ExitCode.Success;
        });
        return command;
    }

    private static async Task<List<Diagnosis>> RunAsync(
        IReadOnlyDictionary<string, string> environment, TimeProvider clock, CancellationToken cancellation)
    {
        var (settings, problem) = Find(environment);
        var findings = new List<Diagnosis>(MachineCheck.Here(sends: settings?.LocalEndpoint is not null).Run());
        if (settings is null)
            return [.. findings, problem!];
        findings.AddRange(await DatabaseAsync(settings, environment, clock, cancellation));
        if (settings.LocalEndpoint is null && AwsClients.Problem() is { } wrong)
            return [.. findings, Diagnosis.Fail("aws", $"The SDK of AWS cannot start: {wrong}.", "export AWS_REGION=…, such as eu-west-1")];
        using var sqs = settings.LocalEndpoint is { } local ? AwsClients.LocalSqs(local) : AwsClients.Sqs();
        var region = Regions.Select(name => environment.GetValueOrDefault(name)).FirstOrDefault(name => name is not null);
        findings.AddRange(await new QueueCheck(
            url => QueueState.AskAsync(sqs, url, cancellation), settings.ManagerQueue, settings.ControlQueue, region).RunAsync());
        return findings;
    }

    private static (MeshSettings? Settings, Diagnosis? Problem) Find(IReadOnlyDictionary<string, string> environment)
    {
        try
        {
            return (MeshSettings.Find(environment), null);
        }
        catch (SettingsException e)
        {
            return (null, Diagnosis.Fail("settings", e.Message, "export what is named: docs/deploy.md"));
        }
        catch (CliException e)
        {
            return (null, Diagnosis.Fail("settings", e.Message, "taskmesh local up"));
        }
    }

    private static async Task<IEnumerable<Diagnosis>> DatabaseAsync(
        MeshSettings settings, IReadOnlyDictionary<string, string> environment, TimeProvider clock, CancellationToken cancellation)
    {
        const string check = "database";
        var local = settings.LocalEndpoint is null ? null : LocalState.Read(LocalFolder.Find(environment));
        try
        {
            await using var mesh = new MeshClient(settings);
            var health = await mesh.Health.ReadAsync(cancellation);
            if (MeshCheck.Version(health) is { } other)
                return [other];
            var log = local is null
                ? "the log group of the Manager's function"
                : new LocalMeshOptions(LocalFolder.Find(environment)).ManagerLog;
            var rules = await mesh.Rules.RulesAsync(cancellation);
            var waiting = (await mesh.Reader.PoolsAsync(cancellation)).Where(pool => pool.Name == rules?.LaunchPool).Sum(pool => pool.Waiting);
            return
            [
                Diagnosis.Ok(check, $"PostgreSQL {health.Version}, with the {health.Migrations.Count} migrations of this version."),
                .. new MeshCheck(
                    health,
                    rules,
                    await mesh.Fleet.ReadAsync(cancellation),
                    waiting,
                    local is null ? null : clock.GetUtcNow() - local.StartedAt,
                    log,
                    clock.GetUtcNow()).Run(),
            ];
        }
        catch (CliException e)
        {
            return [Diagnosis.Fail(check, e.Message, "write it as Host=…;Username=…;Password=…;Database=…")];
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            return [Diagnosis.Fail(
                check,
                $"It has no schema of TaskMesh, it was never migrated: {e.SqlState}: {e.MessageText}",
                "check Database= in TASKMESH_CLI_DATABASE; deploy this version, which migrates it (docs/deploy.md), or restart the local mesh")];
        }
        catch (PostgresException e)
        {
            return [Diagnosis.Fail(
                check, $"It answers with {e.SqlState}: {e.MessageText}", "check role, password and rights in TASKMESH_CLI_DATABASE")];
        }
        catch (NpgsqlException e)
        {
            return [Diagnosis.Fail(check, $"It cannot be reached: {e.Message}", local is null
                ? "check TASKMESH_CLI_DATABASE and the way there; on AWS that the cluster runs" : "taskmesh local down; taskmesh local up")];
        }
    }

    private sealed record Row(string Schema, string Check, string Verdict, string Evidence, string? Fix);
}
