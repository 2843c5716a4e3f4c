using System.ComponentModel;
using System.Diagnostics;

namespace TaskMesh.Cli.Deploy;

/// <summary>The programs that a deployment uses.</summary>
internal static class Tools
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <returns>Null if there is no such program.</returns>
    public static async Task<ToolAnswer?> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(Limit);
            try
            {
                var error = process.StandardError.ReadToEndAsync(limit.Token);
                var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
                await process.WaitForExitAsync(limit.Token);
                return new(process.ExitCode, output.Trim(), (await error).Trim());
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                process.Kill(entireProcessTree: true);
                return new(-1, "", $"no answer for {Limit.TotalSeconds:0} s");
            }
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}

internal sealed record ToolAnswer(int ExitCode, string Output, string Error);
