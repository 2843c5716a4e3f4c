using System.Diagnostics;
using System.Text.Json;
using TaskMesh.Testing;

namespace TaskMesh.Integration.LocalCloud;

/// <summary>Runs the AWS CLI against a LocalCloud.</summary>
internal static class AwsCli
{
    /// <summary>What the command prints, as JSON; an empty answer is an empty object.</summary>
    public static async Task<JsonElement> RunAsync(Uri endpoint, params string[] arguments)
    {
        var (code, output, errors) = await StartAsync(endpoint, arguments);
        Assert.True(code == 0, errors);
        return JsonDocument.Parse(output.Length == 0 ? "{}" : output).RootElement;
    }

    /// <summary>What a command that is refused says.</summary>
    public static async Task<string> FailAsync(Uri endpoint, params string[] arguments)
    {
        var (code, _, errors) = await StartAsync(endpoint, arguments);
        Assert.NotEqual(0, code);
        return errors;
    }

    private static async Task<(int Code, string Output, string Errors)> StartAsync(Uri endpoint, string[] arguments)
    {
        var start = new ProcessStartInfo(AwsCliFactAttribute.Path, ["--endpoint-url", endpoint.ToString(), "--output", "json", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["AWS_ACCESS_KEY_ID"] = start.Environment["AWS_SECRET_ACCESS_KEY"] = "any";
        start.Environment["AWS_DEFAULT_REGION"] = "eu-west-1";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }
}
