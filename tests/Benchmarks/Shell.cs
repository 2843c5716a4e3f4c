using System.Diagnostics;

namespace TaskMesh.Benchmarks;

/// <summary>Runs a program to its end.</summary>
internal static class Shell
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    public static string Run(string program, params IEnumerable<string> arguments) => Run(new ProcessStartInfo(program, arguments));

    /// <exception cref="InvalidOperationException">It failed, or took longer than three minutes.</exception>
    public static string Run(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
            process.Kill(entireProcessTree: true);
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.Result
            : throw new InvalidOperationException($"{start.FileName} {string.Join(' ', start.ArgumentList)}: {error.Result.Trim()} {output.Result}");
    }

    public static void Try(string program, params IEnumerable<string> arguments) => Try(new ProcessStartInfo(program, arguments));

    public static void Try(ProcessStartInfo start)
    {
        try
        {
            Run(start);
        }
        catch (InvalidOperationException)
        {
            // It was not there.
        }
    }
}
