using TaskMesh.Aws;
using TaskMesh.Cli.Health;

namespace TaskMesh.Unit.Cli.Health;

public class QueueCheckTests
{
    private const string Base = "https://sqs.eu-west-1.amazonaws.com/123456789012/taskmesh-dev";

    private readonly Dictionary<string, QueueState> _odd = [];
    private readonly List<string> _asked = [];

    [Fact]
    public async Task Every_queue_and_its_dead_letters_are_looked_at()
    {
        var findings = await RunAsync();

        Assert.Equal(
            ["manager", "control", "external", "internal", "bare-metal"], findings.Select(found => found.Check["queue taskmesh-dev-".Length..]));
        Assert.All(findings, found => Assert.Equal(Verdict.Ok, found.Verdict));
        Assert.Equal(10, _asked.Count);
    }

    [Theory]
    [InlineData("-internal", QueueState.Missing, Verdict.Fail, "There is no such queue")]
    [InlineData("-internal-dead", QueueState.Missing, Verdict.Warn, "no queue for dead letters")]
    [InlineData("-manager", "ExpiredToken", Verdict.Fail, "credentials have expired")]
    [InlineData("-manager", "AccessDenied", Verdict.Warn, "does not allow it (AccessDenied): no route")]
    [InlineData("-manager", AwsRefusal.NoCredentials, Verdict.Fail, "There are no AWS credentials.")]
    [InlineData("-manager", "SignatureDoesNotMatch", Verdict.Fail, "SignatureDoesNotMatch")]
    [InlineData("-manager", null, Verdict.Fail, "cannot be reached: no route")]
    public async Task What_is_wrong_is_named_with_what_to_do(string queue, string? code, object verdict, string evidence)
    {
        _odd[Base + queue] = new QueueState(Base + queue, 0, code, "no route");

        var found = Assert.Single(await RunAsync(), found => found.Verdict != Verdict.Ok);

        Assert.Equal(verdict, found.Verdict);
        Assert.Contains(evidence, found.Evidence, StringComparison.Ordinal);
        Assert.NotNull(found.Fix);
    }

    [Fact]
    public async Task What_keeps_one_queue_from_being_asked_is_told_once()
    {
        _odd[$"{Base}-manager"] = new QueueState($"{Base}-manager", 0, "ExpiredToken", "expired");

        Assert.Single(await RunAsync());
    }

    [Fact]
    public async Task Dead_letters_are_told()
    {
        _odd[$"{Base}-control-dead"] = new QueueState($"{Base}-control-dead", 3);

        var found = Assert.Single(await RunAsync(), found => found.Verdict == Verdict.Warn);
        Assert.StartsWith("3 messages", found.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_region_is_named_and_nobody_is_asked_there()
    {
        var found = Assert.Single(await RunAsync("us-east-1"));

        Assert.Equal((Verdict.Fail, "export AWS_REGION=eu-west-1"), (found.Verdict, found.Fix));
        Assert.Empty(_asked);
    }

    private Task<IReadOnlyList<Diagnosis>> RunAsync(string? region = null) => new QueueCheck(
        url =>
        {
            _asked.Add(url);
            return Task.FromResult(_odd.GetValueOrDefault(url) ?? new QueueState(url, 0));
        },
        $"{Base}-manager",
        $"{Base}-control",
        region).RunAsync();
}
