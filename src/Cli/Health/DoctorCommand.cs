using System.CommandLine;
using Npgsql;
using TaskMesh.Aws;
using TaskMesh.Cli.Commands;
using TaskMesh.Cli.Local;
using TaskMesh.Cli.Mesh;
using TaskMesh.Cli.Output;
using TaskMesh.Core.Configuration;
using TaskMesh.Core.Planning;

namespace TaskMesh.Cli.Health;

/// <summary><c>taskmesh doctor</c>: what does not work, by which evidence, and what to do.</summary>
internal static class DoctorCommand
{
    private const string Database = "database";

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
        var rules = await LookAtDatabaseAsync(findings, settings, environment, clock, cancellation);
        if (settings.LocalEndpoint is null && AwsClients.Problem() is { } wrong)
            return [.. findings, Diagnosis.Fail("aws", $"The SDK of AWS cannot start: {wrong}.", "export AWS_REGION=…, such as eu-west-1")];
        using var sqs = settings.LocalEndpoint is { } local ? AwsClients.LocalSqs(local) : AwsClients.Sqs();
        var region = Regions.Select(name => environment.GetValueOrDefault(name)).FirstOrDefault(name => name is not null);
        var queues = new QueueCheck(
            url => QueueState.AskAsync(sqs, url, cancellation), settings.ManagerQueue, settings.ControlQueue, region);
        findings.AddRange(await queues.RunAsync());
        if (queues.CanAsk && rules is { LaunchTemplate: not null, MaxWorkers: > 0 })
            findings.AddRange(await LaunchesAsync(rules, settings.LocalEndpoint, cancellation));
        return findings;
    }

    private static async Task<IEnumerable<Diagnosis>> LaunchesAsync(MeshRules rules, Uri? local, CancellationToken cancellation)
    {
        using var ec2 = local is null ? AwsClients.Ec2() : AwsClients.LocalEc2(local);
        var facts = await new LaunchInquiry(ec2).AskAsync(
            rules.LaunchTemplate!, rules.LaunchTemplateVersion!, [.. rules.Cells.Select(cell => cell.Cell)], cancellation);
        return new LaunchCheck(rules, facts, isManager: local is not null).Run();
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

    /// <returns>What the last Manager that started was told; null if there was none, or nobody can tell.</returns>
    private static async Task<MeshRules?> LookAtDatabaseAsync(
        List<Diagnosis> findings,
        MeshSettings settings,
        IReadOnlyDictionary<string, string> environment,
        TimeProvider clock,
        CancellationToken cancellation)
    {
        var local = settings.LocalEndpoint is null ? null : LocalState.Read(LocalFolder.Find(environment));
        try
        {
            await using var mesh = new MeshClient(settings);
            var health = await mesh.Health.ReadAsync(cancellation);
            if (MeshCheck.Version(health) is { } other)
            {
                findings.Add(other);
                return null;
            }
            var log = local is null
                ? "the log group of the Manager's function"
                : new LocalMeshOptions(LocalFolder.Find(environment)).ManagerLog;
            var rules = await mesh.Rules.RulesAsync(cancellation);
            var waiting = (await mesh.Reader.PoolsAsync(cancellation)).Where(pool => pool.Name == rules?.LaunchPool).Sum(pool => pool.Waiting);
            var age = local is null ? (TimeSpan?)null : clock.GetUtcNow() - local.StartedAt;
            var check = new MeshCheck(health, rules, await mesh.Fleet.ReadAsync(cancellation), waiting, age, log, clock.GetUtcNow());
            findings.Add(
                Diagnosis.Ok(Database, $"PostgreSQL {health.Version}, with the {health.Migrations.Count} migrations of this version."));
            findings.AddRange(check.Run());
            return rules;
        }
        catch (Exception e) when (Explain(e, local is not null) is { } found)
        {
            findings.Add(found);
            return null;
        }
    }

    private static Diagnosis? Explain(Exception failure, bool isLocal) => failure switch
    {
        _ when AwsRefusal.Of(failure) is { } refusal => Diagnosis.Fail(Database, $"{refusal.Evidence}.", refusal.Fix),
        CliException e => Diagnosis.Fail(Database, e.Message, "write it as Host=…;Username=…;Password=…;Database=…"),
        PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName } e => Diagnosis.Fail(
            Database,
            $"It has no schema of TaskMesh, it was never migrated: {e.SqlState}: {e.MessageText}",
            "check Database= in TASKMESH_CLI_DATABASE; deploy this version, which migrates it (docs/deploy.md), or restart the local mesh"),
        PostgresException e => Diagnosis.Fail(
            Database, $"It answers with {e.SqlState}: {e.MessageText}", "check role, password and rights in TASKMESH_CLI_DATABASE"),
        NpgsqlException e => Diagnosis.Fail(Database, $"It cannot be reached: {e.Message}", isLocal
            ? "taskmesh local down; taskmesh local up"
            : "check TASKMESH_CLI_DATABASE and the way there; on AWS that the cluster runs"),
        _ => null,
    };

    private sealed record Row(string Schema, string Check, string Verdict, string Evidence, string? Fix);
}
