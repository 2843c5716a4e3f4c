using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using TaskMesh.Cli.Local;
using TaskMesh.LocalCloud.Processes;

namespace TaskMesh.Cli.Commands;

/// <summary>The Bare Metal worker as a program for one task: its output and its exit code are the command's.</summary>
internal static partial class OneShotWorker
{
    private const int Terminate = 15;

    public static async Task<int> RunAsync(
        JsonObject task, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, CancellationToken cancellation)
    {
        var command = HostPrograms.Find().Command("Workers.BareMetal");
        // A worker whose command was killed must not go on sending packets.
        var start = new ProcessStartInfo("setpriv", ["--pdeathsig", "TERM", "--", .. command, .. arguments]) { RedirectStandardInput = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var worker = await ChildProcess.StartAsync(start);
        // At a terminal the worker gets the interrupt itself; asking twice does no harm.
        await using var stop = cancellation.Register(() => _ = kill(worker.Id, Terminate));
        await worker.StandardInput.WriteAsync(task.ToJsonString());
        worker.StandardInput.Close();
        await worker.WaitForExitAsync(CancellationToken.None);
        return worker.ExitCode;
    }

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);
}
