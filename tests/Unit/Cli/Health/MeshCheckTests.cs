using TaskMesh.Cli.Health;
using TaskMesh.Core.Planning;
using TaskMesh.Core.Scope;
using TaskMesh.Postgres;
using TaskMesh.Postgres.Reading;

namespace TaskMesh.Unit.Cli.Health;

public class MeshCheckTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly ScanScope Scope = new("head of security", "ticket 17", Now.AddDays(-1), Now.AddDays(30), ["198.18.0.0/15"]);

    private static readonly HealthView Well = new(
        Migrator.Names, "15.7", TimeSpan.Zero, TimeSpan.FromSeconds(20), false, [("acme", Scope)]);

    private static readonly MeshRules Rules = new([], "bare-metal", 5, 4, "configuration", "t4g.micro", null, [new(new(null, "subnet-a"), null)]);

    private static readonly FleetView Calm = new([], [], null, 0, null, []);

    [Fact]
    public void Of_a_mesh_that_is_well_nothing_is_to_be_done() =>
        Assert.All(Run(Well), found => Assert.Equal((Verdict.Ok, null), (found.Verdict, found.Fix)));

    [Theory]
    [InlineData(0, Verdict.Ok)]
    [InlineData(-1.9, Verdict.Ok)]
    [InlineData(2.1, Verdict.Warn)]
    [InlineData(-59, Verdict.Warn)]
    [InlineData(61, Verdict.Fail)]
    [InlineData(-86_400, Verdict.Fail)]
    public void A_clock_that_is_wrong_is_told(double seconds, object verdict) =>
        Assert.Equal(verdict, Of(Run(Well with { ClockOffset = TimeSpan.FromSeconds(seconds) }), "clock").Verdict);

    [Fact]
    public void A_Manager_that_is_silent_or_never_came_fails()
    {
        var silent = Of(Run(Well with { SweptAgo = TimeSpan.FromMinutes(7.5) }), "manager");

        Assert.Equal(
            (Verdict.Fail, "No Manager has looked after the mesh for 7m.", "read why: /logs"), (silent.Verdict, silent.Evidence, silent.Fix));
        Assert.Equal(Verdict.Fail, Of(Run(Well with { SweptAgo = null }), "manager").Verdict);
        Assert.Equal(Verdict.Fail, Of(Run(Well, rules: null), "manager").Verdict);
        Assert.Equal(Verdict.Warn, Of(Run(Well with { SweptAgo = null }, age: TimeSpan.FromSeconds(30)), "manager").Verdict);
    }

    [Theory]
    [InlineData("OptInRequired", "Account", Verdict.Fail)]
    [InlineData("UnauthorizedOperation", "Permission", Verdict.Fail)]
    [InlineData("InvalidAMIID.NotFound", "Configuration", Verdict.Fail)]
    [InlineData("RequestLimitExceeded", "SlowDown", Verdict.Warn)]
    public void A_hold_on_launches_is_told_with_what_EC2_said(string code, string refusal, object verdict)
    {
        var found = Of(Run(Well, Calm with { Hold = new(Now.UtcDateTime, refusal, code, "because") }), "fleet");

        Assert.Equal(verdict, found.Verdict);
        Assert.Contains($"{code}: because", found.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cap_of_0_fails_where_tasks_wait_for_it()
    {
        Assert.Equal(Verdict.Warn, Of(Run(Well, rules: Rules with { MaxWorkers = 0 }), "fleet").Verdict);
        Assert.Equal(Verdict.Fail, Of(Run(Well, rules: Rules with { MaxWorkers = 0 }, waiting: 2), "fleet").Verdict);
    }

    [Fact]
    public void A_subnet_that_is_unknown_fails_and_one_that_rests_warns()
    {
        var unknown = Of(Run(Well, Calm with { Cells = [Cell("InvalidSubnetID.NotFound")] }), "fleet");

        Assert.Equal((Verdict.Fail, "correct BARE_METAL_WORKER_SUBNETS"), (unknown.Verdict, unknown.Fix));
        Assert.Contains("subnet-a", unknown.Evidence, StringComparison.Ordinal);
        Assert.Equal(Verdict.Warn, Of(Run(Well, Calm with { Cells = [Cell("InsufficientInstanceCapacity")] }), "fleet").Verdict);
    }

    [Fact]
    public void Scopes_that_are_missing_or_over_are_told_by_organisation()
    {
        var findings = Run(Well with
        {
            Organisations =
                [("a", null), ("b", Scope with { ValidUntil = Now }), ("c", Scope with { ValidUntil = Now.AddDays(6) }), ("d", Scope)],
        });

        Assert.Equal(
            [Verdict.Warn, Verdict.Warn, Verdict.Warn, Verdict.Ok],
            findings.Where(found => found.Check.StartsWith("scope ", StringComparison.Ordinal)).Select(found => found.Verdict));
    }

    [Fact]
    public void The_kill_switch_is_told() => Assert.Equal(Verdict.Warn, Of(Run(Well with { KillSwitch = true }), "kill-switch").Verdict);

    [Fact]
    public void A_database_of_another_version_is_told()
    {
        Assert.Null(MeshCheck.Version(Well));
        Assert.Contains("it lacks '0001", MeshCheck.Version(Well with { Migrations = [] })!.Evidence, StringComparison.Ordinal);
        Assert.Contains("does not know '9999_later.sql'", MeshCheck.Version(
            Well with { Migrations = [.. Migrator.Names, "9999_later.sql"] })!.Evidence, StringComparison.Ordinal);
    }

    private static FleetCell Cell(string answer) => new(null, "subnet-a", "OnDemand", answer, null, Now.UtcDateTime, Now.UtcDateTime.AddMinutes(3));

    private static Diagnosis Of(IEnumerable<Diagnosis> findings, string check) => Assert.Single(findings, found => found.Check == check);

    private static IReadOnlyList<Diagnosis> Run(HealthView health, FleetView? fleet = null, int waiting = 0, TimeSpan? age = null) =>
        Run(health, Rules, fleet, waiting, age);

    private static IReadOnlyList<Diagnosis> Run(
        HealthView health, MeshRules? rules, FleetView? fleet = null, int waiting = 0, TimeSpan? age = null) =>
        [.. new MeshCheck(health, rules, fleet ?? Calm, waiting, age, "/logs", Now).Run()];
}
