using TaskMesh.Aws;
using TaskMesh.Cli.Health;
using TaskMesh.Core.Fleet;
using TaskMesh.Core.Planning;

namespace TaskMesh.Unit.Cli.Health;

public class LaunchCheckTests
{
    private static readonly LaunchCell Cell = new("t4g.small", "subnet-a");

    private static readonly MeshRules Rules = new([], "bare-metal", 5, 4, "configuration", "t4g.micro", null, [new(Cell, null)])
    {
        LaunchTemplate = "worker",
        LaunchTemplateVersion = "$Latest",
    };

    private static readonly LaunchFacts Well = new(
        new TemplateVersion(3, "ami-1", "t4g.micro"),
        "arm64",
        new Dictionary<string, IReadOnlyList<string>> { ["t4g.micro"] = ["arm64"], ["t4g.small"] = ["arm64"] },
        new Dictionary<string, int> { ["subnet-a"] = 250 },
        Cell,
        new Dictionary<LaunchQuestion, Ec2Refusal>());

    [Fact]
    public void Where_a_launch_would_succeed_nothing_is_to_be_done() =>
        Assert.All(Run(Well), found => Assert.Equal((Verdict.Ok, null), (found.Verdict, found.Fix)));

    [Fact]
    public void A_template_that_names_no_image_fails() => Assert.Equal(
        "The launch template names no image.", Worst(Well with { Template = Well.Template! with { Image = null }, Architecture = null }).Evidence);

    [Fact]
    public void An_image_that_is_not_told_does_not_exist() =>
        Assert.Equal((Verdict.Fail, "image"), (Worst(Well with { Architecture = null }).Verdict, Worst(Well with { Architecture = null }).Check));

    [Fact]
    public void A_subnet_without_a_free_address_warns() => Assert.Equal(
        (Verdict.Warn, "No address is free in subnet-a."), Both(Worst(Well with { Subnets = new Dictionary<string, int> { ["subnet-a"] = 0 } })));

    [Fact]
    public void The_subnet_of_the_template_is_not_asked_for() => Assert.Contains(
        "BARE_METAL_WORKER_SUBNETS is not set",
        Assert.Single(
            Run(Well with { Subnets = new Dictionary<string, int>() }, Rules with { Cells = [new(new(null, null), null)] }),
            found => found.Check == "subnets").Evidence,
        StringComparison.Ordinal);

    [Theory]
    [InlineData(true, Verdict.Fail)]
    [InlineData(false, Verdict.Warn)]
    public void A_missing_right_to_launch_fails_where_it_is_the_Managers_too(bool isManager, object verdict)
    {
        var refused = Refused(LaunchQuestion.Launch, "UnauthorizedOperation", "You are not authorized. Encoded authorization failure message: abc");

        var found = Assert.Single(new LaunchCheck(Rules, refused, isManager).Run(), found => found.Verdict != Verdict.Ok);

        Assert.Equal(verdict, found.Verdict);
        Assert.EndsWith("AWS does not allow it (UnauthorizedOperation): You are not authorized.", found.Evidence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, Verdict.Fail, "EC2 does not answer: no route")]
    [InlineData("UnauthorizedOperation", Verdict.Warn, "AWS does not allow it (UnauthorizedOperation): no route.")]
    [InlineData("AuthFailure", Verdict.Fail, "AWS does not accept the credentials (AuthFailure).")]
    public void What_keeps_EC2_from_answering_is_told_once(string? code, object verdict, string evidence)
    {
        var nothing = Refused(LaunchQuestion.Template, code, "no route") with
        {
            Template = null,
            Architecture = null,
            Types = null,
            Subnets = null,
            Rehearsed = null,
        };

        var found = Assert.Single(Run(nothing));

        Assert.Equal((verdict, evidence), (found.Verdict, found.Evidence));
        Assert.NotNull(found.Fix);
    }

    private static LaunchFacts Refused(LaunchQuestion question, string? code, string message) =>
        Well with { Refusals = new Dictionary<LaunchQuestion, Ec2Refusal> { [question] = new(code, message) } };

    private static Diagnosis Worst(LaunchFacts facts) => Assert.Single(Run(facts), found => found.Verdict != Verdict.Ok);

    private static (Verdict, string) Both(Diagnosis found) => (found.Verdict, found.Evidence);

    private static IReadOnlyList<Diagnosis> Run(LaunchFacts facts, MeshRules? rules = null) =>
        [.. new LaunchCheck(rules ?? Rules, facts, isManager: false).Run()];
}
