using System.Globalization;
using TaskMesh.Aws;
using TaskMesh.Core.Fleet;
using TaskMesh.Core.Planning;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres;
using TaskMesh.Postgres.Reading;

namespace TaskMesh.Cli.Health;

/// <summary>The mesh as its database shows it.</summary>
/// <param name="rules">Of the Manager that started last; null if none has.</param>
/// <param name="waiting">Raw tasks that are ready.</param>
/// <param name="age">Of a mesh that was just started; null if it is older than that or nobody knows.</param>
/// <param name="log">Where the Manager's is.</param>
internal sealed class MeshCheck(HealthView health, MeshRules? rules, FleetView fleet, int waiting, TimeSpan? age, string log, DateTimeOffset now)
{
    /// <summary>A Manager looks after time every minute.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(3);

    /// <summary>From here on times of this machine and of the mesh are not to be compared.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(2);

    /// <summary>AWS refuses requests that are 5 minutes off; what is this far off will be.</summary>
    private static readonly TimeSpan LargestSkew = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan SoonExpired = TimeSpan.FromDays(7);

    /// <summary>What is wrong with a database of another version; nothing if it is of this.</summary>
    public static Diagnosis? Version(HealthView health)
    {
        const string check = "schema";
        var (missing, unknown) = (Migrator.Names.Except(health.Migrations).ToArray(), health.Migrations.Except(Migrator.Names).ToArray());
        return (missing, unknown) switch
        {
            (_, [var newer, ..]) => Diagnosis.Fail(check, $"The database is newer: this version does not know '{newer}'.", "use the newer version"),
            ([var older, ..], _) => Diagnosis.Fail(
                check, $"The database is older: it lacks '{older}'.", "deploy this version, or restart the local mesh"),
            _ => null,
        };
    }

    public IEnumerable<Diagnosis> Run() => [Clock(), Manager(), Switch(), .. Scopes(), .. Fleet()];

    private Diagnosis Clock()
    {
        var side = health.ClockOffset < TimeSpan.Zero ? "behind" : "ahead of";
        var text = $"The database's clock is {Seconds(health.ClockOffset.Duration())} {side} this machine's.";
        return health.ClockOffset.Duration() switch
        {
            var skew when skew > LargestSkew => Diagnosis.Fail("clock", text, "set this machine's clock by NTP: timedatectl set-ntp true"),
            var skew when skew > Skew => Diagnosis.Warn("clock", text, "set this machine's clock by NTP: timedatectl set-ntp true"),
            _ => Diagnosis.Ok("clock", text),
        };
    }

    private Diagnosis Manager()
    {
        const string check = "manager";
        if (age < Silence && !(health.SweptAgo < age))
            return Diagnosis.Warn(
                check,
                "No Manager has worked since the mesh started; the first message or the minute's tick starts one.",
                $"wait a minute, or read {log}");
        if (rules is null || health.SweptAgo is not { } ago)
            return Diagnosis.Fail(check, "No Manager has ever worked on this database.", $"read why it does not start: {log}");
        return ago > Silence
            ? Diagnosis.Fail(check, $"No Manager has looked after the mesh for {Minutes(ago)}.", $"read why: {log}")
            : Diagnosis.Ok(check, $"A Manager looked after the mesh {Seconds(ago)} ago.");
    }

    private Diagnosis Switch() => health.KillSwitch
        ? Diagnosis.Warn("kill-switch", "The kill switch is on: no raw task starts.", "taskmesh kill-switch off --reason …")
        : Diagnosis.Ok("kill-switch", "The kill switch is off.");

    private IEnumerable<Diagnosis> Scopes()
    {
        foreach (var (organisation, scope) in health.Organisations)
        {
            var (check, fix) = ($"scope {organisation}", $"taskmesh scope set FILE --organisation {organisation} --reason …");
            yield return scope switch
            {
                null => Diagnosis.Warn(check, "There is no scope, so nothing may be scanned.", fix),
                { ValidUntil: var until } when until <= now => Diagnosis.Warn(check, $"The scope expired at {until:u}: nothing may be scanned.", fix),
                { ValidUntil: var until } when until - now < SoonExpired => Diagnosis.Warn(check, $"The scope expires at {until:u}.", fix),
                _ => Diagnosis.Ok(check, $"'{scope.Reference}', until {scope.ValidUntil:u}."),
            };
        }
    }

    private IEnumerable<Diagnosis> Fleet()
    {
        const string check = "fleet";
        if (rules is null)
            yield break;
        if (rules.MaxWorkers == 0)
        {
            yield return new(
                check,
                waiting > 0 ? Verdict.Fail : Verdict.Warn,
                $"MAX_BARE_METAL_WORKERS is 0: no worker is launched, {waiting} tasks wait.",
                "set MAX_BARE_METAL_WORKERS of the Manager to 1 or more");
        }
        else if (fleet.Hold is { } hold)
        {
            var refusal = Enum.Parse<RefusalClass>(hold.Refusal);
            var passes = LaunchDecision.After(refusal) == LaunchStep.SlowDown;
            yield return new(
                check,
                passes ? Verdict.Warn : Verdict.Fail,
                $"Nobody launches until {hold.Until:u}: {hold.Code}: {hold.Message}",
                passes ? "wait; or ask AWS for a higher rate of RunInstances"
                : refusal == RefusalClass.BootFailed ? "taskmesh fleet: the console says what went wrong; mend the launch template"
                : "mend what EC2 names, or set the Manager's variables: docs/operations.md");
        }
        else if (fleet.Cells.FirstOrDefault(cell => Ec2Errors.ClassOf(cell.Answer) == RefusalClass.SubnetUnknown) is { } lost)
        {
            yield return Diagnosis.Fail(
                check, $"EC2 does not know the subnet {lost.Subnet ?? "of the template"}: {lost.Answer}.", "correct BARE_METAL_WORKER_SUBNETS");
        }
        else if (fleet.Cells.Where(cell => cell.RestsUntil is not null).ToArray() is { Length: > 0 } rest)
        {
            yield return Diagnosis.Warn(
                check, $"{rest.Length} of {rules.Cells.Count} cells of the launch matrix rest, the last after {rest[^1].Answer}.", "taskmesh fleet");
        }
        else
        {
            var taken = fleet.Slots.Count(slot => slot.State != "free");
            yield return Diagnosis.Ok(check, $"{taken} of {rules.MaxWorkers} slots are taken; nothing holds launches.");
        }
    }

    private static string Minutes(TimeSpan time) => Duration.Write(TimeSpan.FromMinutes(Math.Floor(time.TotalMinutes)));

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s";
}
