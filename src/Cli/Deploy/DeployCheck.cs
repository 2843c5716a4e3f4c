using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace TaskMesh.Cli.Deploy;

/// <summary>
/// Whether a deployment would succeed, as far as one can say before it: tools, packages, and what the AWS CLI tells of the account. What cannot be
/// asked, without credentials or a network, is said to be unknown.
/// </summary>
/// <param name="run">Runs a program: its answer, or null if it is not installed.</param>
internal sealed class DeployCheck(
    Func<string, IReadOnlyList<string>, Task<ToolAnswer?>> run, IReadOnlyDictionary<string, string> environment, string packages)
{
    private const int OldestNode = 18;

    /// <summary>What the template reserves (cdk/Concurrency.cs), and the 100 that Lambda wants left for others.</summary>
    internal const int Concurrency = 12 + 50 + 20 + 100;

    /// <summary>Five workers of the largest type.</summary>
    private const int Processors = 10;

    /// <summary>Running on-demand standard instances, in vCPUs.</summary>
    private const string ProcessorQuota = "L-1216C47A";

    internal const string DatabaseVersion = "15.7";

    public async Task<IReadOnlyList<Finding>> RunAsync()
    {
        var findings = new List<Finding>
        {
            await ToolAsync("node", $"Node.js is missing: CDK needs {OldestNode} or later.", version => MajorOf(version) >= OldestNode
                ? null
                : $"Node.js is too old: CDK needs {OldestNode} or later."),
            await ToolAsync("cdk", "The command line of CDK is missing: npm install --global aws-cdk."),
            Packages(),
            await RegionAsync(),
        };
        var (identity, account) = await IdentityAsync();
        findings.Add(identity);
        if (identity.IsGood == true)
            findings.AddRange(
            [
                await BootstrapAsync(account!),
                await NumberAsync(
                    "concurrency", ["lambda", "get-account-settings", "--query", "AccountLimit.ConcurrentExecutions"], Concurrency,
                    "functions may run at once in this account: ask AWS for more (Service Quotas, AWS Lambda, concurrent executions)"),
                await NumberAsync(
                    "processors",
                    ["service-quotas", "get-service-quota", "--service-code", "ec2", "--quota-code", ProcessorQuota, "--query", "Quota.Value"],
                    Processors, "vCPUs of standard instances may run: ask AWS for more, or set maxBareMetalWorkers lower"),
                await DatabaseAsync(),
            ]);
        return findings;
    }

    private async Task<Finding> ToolAsync(string program, string missing, Func<string, string?>? problem = null) =>
        await run(program, ["--version"]) switch
        {
            null => new(program, false, missing),
            { ExitCode: 0, Output: var version } when problem?.Invoke(version) is { } sentence =>
                new(program, false, $"{sentence} This is {version}."),
            { ExitCode: 0, Output: var version } => new(program, true, version),
            var failed => new(program, false, $"{program} does not run: {failed.Error}"),
        };

    private Finding Packages()
    {
        const string check = "packages";
        var list = Path.Combine(packages, "packages.json");
        if (!File.Exists(list))
            return new(check, false, "The packages are missing: run make publish.");
        using var json = JsonDocument.Parse(File.ReadAllBytes(list));
        if (!json.RootElement.GetProperty("hasCertificates").GetBoolean())
            return new(check, false, "The packages lack the certificates of RDS: run make publish with CERTIFICATES=FILE (docs/deploy.md).");
        foreach (var file in json.RootElement.GetProperty("digests").EnumerateObject())
        {
            var path = Path.Combine(packages, file.Name);
            if (!File.Exists(path) || Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))) != file.Value.GetString())
                return new(check, false, $"{file.Name} is not the one that was built: run make publish.");
        }
        return new(check, true, "Built, with the digests that were written down.");
    }

    private async Task<Finding> RegionAsync()
    {
        foreach (var variable in (string[])["AWS_REGION", "AWS_DEFAULT_REGION"])
        {
            if (environment.TryGetValue(variable, out var region) && region.Length > 0)
                return new("region", true, $"{region}, by {variable}.");
        }
        return await run("aws", ["configure", "get", "region"]) is { ExitCode: 0, Output: { Length: > 0 } configured }
            ? new("region", true, $"{configured}, by the configuration of AWS.")
            : new("region", false, "No region is set: export AWS_REGION, such as eu-west-1.");
    }

    private async Task<(Finding Finding, string? Account)> IdentityAsync()
    {
        const string check = "credentials";
        var answer = await run("aws", ["sts", "get-caller-identity", "--query", "Account", "--output", "text"]);
        return answer switch
        {
            null => (new(check, null, "The AWS CLI is missing, so that nothing can be asked of the account: apt-get install awscli."), null),
            { ExitCode: 0 } => (new(check, true, $"Account {answer.Output}."), answer.Output),
            { Error: var error } when error.Contains("Unable to locate credentials", StringComparison.Ordinal) =>
                (new(check, false, "There are no credentials: aws configure, or export AWS_PROFILE."), null),
            { Error: var error } when error.Contains("Expired", StringComparison.Ordinal) =>
                (new(check, false, "The credentials have expired: sign in again."), null),
            { Error: var error } => (new(check, null, $"AWS cannot be asked: {error}"), null),
        };
    }

    private async Task<Finding> BootstrapAsync(string account)
    {
        var answer = await run(
            "aws", ["ssm", "get-parameter", "--name", "/cdk-bootstrap/hnb659fds/version", "--query", "Parameter.Value", "--output", "text"]);
        return answer is { ExitCode: 0 }
            ? new("bootstrap", true, $"CDK's own stack is there, version {answer.Output}.")
            : answer!.Error.Contains("ParameterNotFound", StringComparison.Ordinal)
                ? new("bootstrap", false, $"CDK was never set up in this region: cdk bootstrap aws://{account}/REGION.")
                : new("bootstrap", null, $"AWS cannot be asked: {answer.Error}");
    }

    private async Task<Finding> NumberAsync(string check, string[] question, int needed, string what)
    {
        var answer = await run("aws", [.. question, "--output", "text"]);
        if (answer is not { ExitCode: 0 }
            || !double.TryParse(answer.Output, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var found))
            return new(check, null, $"AWS cannot be asked: {answer?.Error}");
        var text = found.ToString(CultureInfo.InvariantCulture);
        return found >= needed ? new(check, true, $"{text}; {needed} are needed.") : new(check, false, $"Only {text} {what}; {needed} are needed.");
    }

    private async Task<Finding> DatabaseAsync()
    {
        var answer = await run("aws",
        [
            "rds", "describe-db-engine-versions", "--engine", "aurora-postgresql", "--engine-version", DatabaseVersion,
            "--query", "length(DBEngineVersions)", "--output", "text",
        ]);
        return answer switch
        {
            { ExitCode: 0, Output: not "0" } => new("database", true, $"Aurora PostgreSQL {DatabaseVersion} is to be had."),
            { ExitCode: 0 } => new(
                "database", false, $"Aurora PostgreSQL {DatabaseVersion} is not to be had here any more: deploy with -c database=rds."),
            _ => new("database", null, $"AWS cannot be asked: {answer?.Error}"),
        };
    }

    private static int MajorOf(string version) =>
        int.TryParse(version.TrimStart('v').Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : 0;
}
