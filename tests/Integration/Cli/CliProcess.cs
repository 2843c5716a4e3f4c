using System.Diagnostics;
using TaskMesh.Testing;

namespace TaskMesh.Integration.Cli;

/// <summary>The built command line tool as a process of its own.</summary>
internal static class CliProcess
{
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(90);

    /// <summary>It stands beside the test suite: …/bin/Integration/release/ and …/bin/Cli/release/.</summary>
    public static readonly string Program = Repository.PathOf(
        $"artifacts/bin/Cli/{Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory))}/TaskMesh.Cli.dll");

    /// <param name="wrapper">A command that runs the tool in its stead, such as setpriv(1) with its options.</param>
    public static Process Start(IReadOnlyDictionary<string, string> environment, IEnumerable<string> arguments, params string[] wrapper)
    {
        string[] command = [.. wrapper, "dotnet", Program, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public static async Task<CliAnswer> EndAsync(Process process, string input = "", TimeSpan? limit = null)
    {
        using var end = new CancellationTokenSource(limit ?? DefaultLimit);
        var output = process.StandardOutput.ReadToEndAsync(end.Token);
        var errors = process.StandardError.ReadToEndAsync(end.Token);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(end.Token);
        return new CliAnswer(process.ExitCode, await output, await errors);
    }
}
