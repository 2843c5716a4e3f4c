using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using TaskMesh.Cli;

namespace TaskMesh.Integration.Cli;

/// <summary>AWS does not know, or does not let, whoever runs a command.</summary>
[Collection(LocalMeshTests.Name)]
public sealed class CredentialTests(LocalMeshFixture mesh)
{
    private static readonly string[] Submit = ["submit", "insert-data", """{"key":"a","value":1}"""];

    /// <summary>Whoever has no credentials.</summary>
    internal static Dictionary<string, string> Nobody => new()
    {
        ["AWS_ACCESS_KEY_ID"] = "",
        ["AWS_SECRET_ACCESS_KEY"] = "",
        ["AWS_SESSION_TOKEN"] = "",
        ["AWS_PROFILE"] = "",
        ["AWS_CONFIG_FILE"] = "/nowhere",
        ["AWS_SHARED_CREDENTIALS_FILE"] = "/nowhere",
        ["AWS_EC2_METADATA_DISABLED"] = "true",
    };

    [Fact]
    public async Task Without_credentials_a_command_that_sends_says_so()
    {
        var answer = await RunAsync(mesh.State.Endpoint, Nobody, Submit);

        Assert.Equal((ExitCode.Configuration, ""), (answer.Code, answer.Output));
        Assert.Equal(
            "There are no AWS credentials: run aws configure or aws sso login; or export AWS_PROFILE, or AWS_ACCESS_KEY_ID and "
                + "AWS_SECRET_ACCESS_KEY.\n",
            answer.Errors);
    }

    [Theory]
    [InlineData("ExpiredTokenException", ExitCode.Configuration, "The AWS credentials have expired (ExpiredTokenException): sign in again")]
    [InlineData("UnrecognizedClientException", ExitCode.Configuration, "AWS does not accept the credentials (UnrecognizedClientException): ")]
    [InlineData("AccessDeniedException", ExitCode.Permission, "AWS does not allow it (AccessDeniedException): because I say so: have the right")]
    public async Task What_AWS_refuses_ends_a_command_with_one_sentence(string code, int exitCode, string sentence)
    {
        await using var aws = await RefusingAsync(code);

        var answer = await RunAsync(new Uri(aws.Urls.First()), [], Submit);

        Assert.Equal((exitCode, ""), (answer.Code, answer.Output));
        Assert.StartsWith(sentence, Assert.Single(answer.Errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_that_have_expired_fail_once()
    {
        await using var aws = await RefusingAsync("ExpiredTokenException");

        var answer = await RunAsync(new Uri(aws.Urls.First()), [], ["doctor", "-o", "json"]);

        Assert.Equal(ExitCode.Unwell, answer.Code);
        var found = Assert.Single(answer.Json.EnumerateArray(), found => found.GetProperty("verdict").GetString() == "FAIL");
        Assert.Equal("The AWS credentials have expired (ExpiredTokenException).", found.GetProperty("evidence").GetString());
        Assert.DoesNotContain(answer.Json.EnumerateArray(), found => found.GetProperty("check").GetString() == "launch-template");
    }

    private async Task<CliAnswer> RunAsync(Uri aws, Dictionary<string, string> credentials, string[] arguments)
    {
        using var process = CliProcess.Start(
            new Dictionary<string, string>
            {
                ["TASKMESH_CLI_DATABASE"] = mesh.State.ReaderDatabase,
                ["TASKMESH_MANAGER_QUEUE_URL"] = mesh.State.ManagerQueue,
                ["TASKMESH_CONTROL_QUEUE_URL"] = mesh.State.ControlQueue,
                ["AWS_ENDPOINT_URL"] = aws.GetLeftPart(UriPartial.Authority),
                ["AWS_REGION"] = "eu-local-1",
                ["AWS_ACCESS_KEY_ID"] = "local",
                ["AWS_SECRET_ACCESS_KEY"] = "local",
            }.Concat(credentials).GroupBy(one => one.Key).ToDictionary(one => one.Key, one => one.Last().Value),
            arguments);
        return await CliProcess.EndAsync(process);
    }

    /// <summary>Says no to everything, in the words of SQS.</summary>
    private static async Task<WebApplication> RefusingAsync(string code)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapFallback(context =>
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return context.Response.WriteAsync(
                JsonSerializer.Serialize(new { __type = $"com.amazon.coral.service#{code}", message = "because I say so" }));
        });
        await app.StartAsync();
        return app;
    }
}
