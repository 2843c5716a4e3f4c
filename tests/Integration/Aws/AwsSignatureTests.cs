using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using TaskMesh.Aws;
using TaskMesh.Core.Configuration;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Aws;

/// <summary>The AWS CLI signs the same requests; what it signed is signed here again, for the same moment.</summary>
public sealed partial class AwsSignatureTests
{
    private const string AccessKey = "AKIDEXAMPLE";

    private const string SecretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    private const string Session = "FwoGZXIvYXdzEBYaD/+example==";

    [AwsCliFact]
    public async Task A_password_for_the_database_is_the_one_of_the_aws_cli()
    {
        const string host = "taskmesh.cluster-abc.eu-west-1.rds.amazonaws.com";
        var theirs = (await CliAsync(
            null, "rds", "generate-db-auth-token", "--hostname", host, "--port", "5432", "--username", "tm_manager")).Trim();

        var ours = DatabaseTokens.Password(Signature("rds-db", MomentOf(theirs)), host, 5432, "tm_manager");

        Assert.Equal(theirs[..theirs.IndexOf('?', StringComparison.Ordinal)], ours[..ours.IndexOf('?', StringComparison.Ordinal)]);
        Assert.Equal(Items(theirs), Items(ours));
    }

    [AwsCliFact]
    public async Task A_question_for_a_secret_is_signed_as_the_aws_cli_signs_it()
    {
        await using var server = await SecretServer.StartAsync("text");
        await CliAsync(server.Address, "secretsmanager", "get-secret-value", "--secret-id", "keys");
        var theirs = Assert.Single(server.Questions);

        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in SignedHeaders().Match(theirs.Headers["Authorization"]).Groups[1].Value.Split(';'))
            headers[name] = theirs.Headers[name];

        Assert.Equal(
            theirs.Headers["Authorization"],
            Signature("secretsmanager", MomentOf(theirs.Headers["x-amz-date"])).Authorization(headers, theirs.Body));
    }

    [Fact]
    public async Task A_variable_that_names_a_secret_is_resolved()
    {
        await using var server = await SecretServer.StartAsync("shodan=Authorization:Bearer abc");
        using var identity = new TestIdentity();

        var resolved = await Secrets.ResolveAsync(
            new Dictionary<string, string>
            {
                ["TASKMESH_EXTERNAL_KEYS_SECRET"] = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:keys-AbCdEf",
                ["OTHER_SECRET"] = "left alone",
                ["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = server.Address.ToString(),
            },
            default);

        Assert.Equal("shodan=Authorization:Bearer abc", resolved["TASKMESH_EXTERNAL_KEYS"]);
        Assert.False(resolved.ContainsKey("OTHER"));
        var question = Assert.Single(server.Questions);
        Assert.Equal("secretsmanager.GetSecretValue", question.Headers["X-Amz-Target"]);
        Assert.Contains("secret:keys-AbCdEf", System.Text.Encoding.UTF8.GetString(question.Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_that_cannot_be_read_is_named_at_start()
    {
        await using var server = await SecretServer.StartAsync(null);
        using var identity = new TestIdentity();

        var refused = await Assert.ThrowsAsync<SettingsException>(() => Secrets.ResolveAsync(
            new Dictionary<string, string>
            {
                ["TASKMESH_EXTERNAL_KEYS_SECRET"] = "arn",
                ["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = server.Address.ToString(),
            },
            default));

        Assert.Equal("TASKMESH_EXTERNAL_KEYS_SECRET: the secret cannot be read: 400 ResourceNotFoundException", refused.Message);
    }

    private static AwsSignature Signature(string service, DateTimeOffset at) => new(AccessKey, SecretKey, Session, "eu-west-1", service, at);

    private static IEnumerable<string> Items(string token) =>
        token[(token.IndexOf('?', StringComparison.Ordinal) + 1)..].Split('&').Order(StringComparer.Ordinal);

    private static DateTimeOffset MomentOf(string text) => DateTimeOffset.ParseExact(
        Moment().Match(text).Value, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static async Task<string> CliAsync(Uri? endpoint, params string[] arguments)
    {
        var start = new ProcessStartInfo(
            AwsCliFactAttribute.Path, [.. endpoint is null ? [] : (string[])["--endpoint-url", endpoint.ToString()], .. arguments])
        {
            RedirectStandardOutput = true,
        };
        start.Environment["AWS_ACCESS_KEY_ID"] = AccessKey;
        start.Environment["AWS_SECRET_ACCESS_KEY"] = SecretKey;
        start.Environment["AWS_SESSION_TOKEN"] = Session;
        start.Environment["AWS_DEFAULT_REGION"] = "eu-west-1";
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    [GeneratedRegex("[0-9]{8}T[0-9]{6}Z")]
    private static partial Regex Moment();

    [GeneratedRegex("SignedHeaders=([a-z0-9;-]+)")]
    private static partial Regex SignedHeaders();
}
