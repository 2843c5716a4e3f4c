using System.Globalization;
using System.Security.Cryptography;
using TaskMesh.Cli.Deploy;
using TaskMesh.Testing;

namespace TaskMesh.Unit.Cli.Deploy;

public sealed class DeployCheckTests : IDisposable
{
    private readonly TemporaryFolder _packages = new();
    private readonly Dictionary<string, string> _environment = new() { ["AWS_REGION"] = "eu-west-1" };

    /// <summary>What programs answer, by the words that their command line begins with.</summary>
    private readonly Dictionary<string, ToolAnswer?> _answers = new()
    {
        ["node"] = Good("v20.20.2"),
        ["cdk"] = Good("2.160.0 (build 7a8ae02)"),
        ["aws configure"] = new(1, "", ""),
        ["aws sts"] = Good("123456789012"),
        ["aws ssm"] = Good("21"),
        ["aws lambda"] = Good("1000"),
        ["aws service-quotas"] = Good("32.0"),
        ["aws rds"] = Good("1"),
    };

    public DeployCheckTests()
    {
        File.WriteAllText(_packages.Of("manager.zip"), "package");
        var digest = Convert.ToHexStringLower(SHA256.HashData("package"u8));
        File.WriteAllText(
            _packages.Of("packages.json"), $$"""{"functionArchitecture":"x64","hasCertificates":true,"digests":{"manager.zip":"{{digest}}"} }""");
    }

    [Fact]
    public void It_asks_for_what_the_template_takes()
    {
        const int leftForOthers = 100;
        var reserved = File.ReadLines(Repository.PathOf("cdk/Concurrency.cs"))
            .Where(line => line.Contains("const int", StringComparison.Ordinal) && !line.Contains("Control", StringComparison.Ordinal))
            .Sum(line => int.Parse(line.Split('=')[1].Trim(' ', ';'), CultureInfo.InvariantCulture));

        Assert.Equal(DeployCheck.Concurrency, reserved + leftForOthers);
        Assert.Contains(
            $"AuroraPostgresEngineVersion.VER_{DeployCheck.DatabaseVersion.Replace('.', '_')} ",
            File.ReadAllText(Repository.PathOf("cdk/Constructs/MeshDatabase.cs")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_everything_in_place_all_is_good()
    {
        var findings = await FindAsync();

        Assert.Equal(9, findings.Count);
        Assert.All(findings, finding => Assert.True(finding.IsGood, finding.Sentence));
    }

    [Theory]
    [InlineData("node", null, "node", "Node.js is missing")]
    [InlineData("node", "v16.1.0", "node", "too old")]
    [InlineData("cdk", null, "cdk", "npm install")]
    [InlineData("aws lambda", "10", "concurrency", "Only 10 functions may run at once")]
    [InlineData("aws service-quotas", "1.0", "processors", "Only 1 vCPUs")]
    [InlineData("aws rds", "0", "database", "-c database=rds")]
    public async Task What_is_missing_is_named_with_what_to_do(string program, string? answer, string check, string sentence)
    {
        _answers[program] = answer is null ? null : Good(answer);

        var missing = Assert.Single(await FindAsync(), finding => finding.IsGood != true);

        Assert.Equal((check, false), (missing.Check, missing.IsGood));
        Assert.Contains(sentence, missing.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Unable to locate credentials. You can configure credentials by running \"aws configure\".", false, "There are no credentials")]
    [InlineData("An error occurred (ExpiredToken) when calling GetCallerIdentity", false, "have expired")]
    [InlineData("Could not connect to the endpoint URL", null, "cannot be asked")]
    public async Task Without_credentials_the_account_is_not_asked(string error, bool? isGood, string sentence)
    {
        _answers["aws sts"] = new(255, "", error);

        var findings = await FindAsync();

        var credentials = Assert.Single(findings, finding => finding.IsGood != true);
        Assert.Equal(("credentials", isGood), (credentials.Check, credentials.IsGood));
        Assert.Contains(sentence, credentials.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain(findings, finding => finding.Check == "bootstrap");
    }

    [Fact]
    public async Task A_region_that_cdk_does_not_know_yet_is_named()
    {
        _answers["aws ssm"] = new(254, "", "An error occurred (ParameterNotFound)");

        Assert.Contains(await FindAsync(), finding => finding is { Check: "bootstrap", IsGood: false }
            && finding.Sentence.Contains("cdk bootstrap aws://123456789012/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_region_it_says_how_to_set_one()
    {
        _environment.Clear();

        Assert.Contains(await FindAsync(), finding => finding is { Check: "region", IsGood: false });

        _answers["aws configure"] = Good("us-east-1");
        Assert.Contains(await FindAsync(), finding => finding is { Check: "region", IsGood: true });
    }

    [Fact]
    public async Task A_package_that_was_changed_after_the_build_is_named()
    {
        await File.AppendAllTextAsync(_packages.Of("manager.zip"), "!");

        Assert.Contains(await FindAsync(), finding => finding is { Check: "packages", IsGood: false }
            && finding.Sentence.StartsWith("manager.zip", StringComparison.Ordinal));
    }

    public void Dispose() => _packages.Dispose();

    private static ToolAnswer Good(string output) => new(0, output, "");

    private Task<IReadOnlyList<Finding>> FindAsync() => new DeployCheck(
        (program, arguments) => Task.FromResult(
            _answers.First(answer => $"{program} {string.Join(' ', arguments)}".StartsWith(answer.Key, StringComparison.Ordinal)).Value),
        _environment,
        _packages.Path).RunAsync();
}
