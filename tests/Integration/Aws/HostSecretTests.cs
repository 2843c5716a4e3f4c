using System.Diagnostics;
using TaskMesh.Cli.Local;

namespace TaskMesh.Integration.Aws;

/// <summary>Each host takes its settings from Secrets Manager where a variable says so.</summary>
public sealed class HostSecretTests
{
    private const string Canary = "canary-7f3a";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>A host, a setting of its, and what it says when that alone is given: the rest is missing or wrong, so that it ends.</summary>
    public static TheoryData<string, string, string> Hosts => new()
    {
        { "Manager", "TASKMESH_DATABASE", "TASKMESH_MANAGER_QUEUE_URL: is not set" },
        { "Workers.External", "TASKMESH_EXTERNAL_KEYS", "TASKMESH_EXTERNAL_KEYS: an entry is not provider=header:value" },
        { "Workers.Internal", "TASKMESH_DATABASE", "TASKMESH_MANAGER_QUEUE_URL: is not set" },
        { "Workers.BareMetal", "TASKMESH_DATABASE", "TASKMESH_MANAGER_QUEUE_URL: is not set" },
    };

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task A_secret_stands_for_the_setting_and_is_shown_nowhere(string host, string variable, string said)
    {
        await using var secrets = await SecretServer.StartAsync(Canary);

        var (code, output) = await RunAsync(host, variable, secrets);

        Assert.NotEqual(0, code);
        Assert.Contains(said, output, StringComparison.Ordinal);
        Assert.DoesNotContain($"{variable}: is not set", output, StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, output, StringComparison.Ordinal);
        Assert.Single(secrets.Questions);
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task A_secret_that_is_missing_is_named_at_start(string host, string variable, string said)
    {
        await using var secrets = await SecretServer.StartAsync(null);

        var (code, output) = await RunAsync(host, variable, secrets);

        Assert.NotEqual(0, code);
        Assert.Contains($"{variable}_SECRET: the secret cannot be read: 400 ResourceNotFoundException", output, StringComparison.Ordinal);
        Assert.DoesNotContain(said, output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> RunAsync(string host, string variable, SecretServer secrets)
    {
        var command = HostPrograms.Find().Command(host);
        using var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["AWS_LAMBDA_RUNTIME_API"] = "127.0.0.1:1",
                ["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = secrets.Address.ToString(),
                ["AWS_REGION"] = "eu-west-1",
                ["AWS_ACCESS_KEY_ID"] = "any",
                ["AWS_SECRET_ACCESS_KEY"] = "any",
                [$"{variable}_SECRET"] = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:one",
            },
        })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(Limit);
        return (process.ExitCode, await output + await errors);
    }
}
