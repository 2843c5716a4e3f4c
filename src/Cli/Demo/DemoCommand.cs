using System.CommandLine;
using TaskMesh.Cli.Commands;
using TaskMesh.Cli.Output;

namespace TaskMesh.Cli.Demo;

/// <summary>
/// <c>taskmesh demo</c>: the whole mesh on this machine, a real scan of a network that exists here alone, and the answer whether it was right.
/// </summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var seed = new Option<ulong?>("--seed") { Description = "Fixes which ports of the lab are open, closed and silent." };
        var command = new Command("demo", "Build a network on this machine, scan it through the whole mesh, and compare with the truth.") { seed };
        command.SetAction(async (parsed, cancellation) =>
        {
            var progress = new ProgressLine(parsed.InvocationConfiguration.Error, !Console.IsErrorRedirected, TimeProvider.System);
            await using var stage = await DemoStage.BuildAsync(parsed.GetValue(seed) ?? (ulong)new Random().NextInt64(), progress, cancellation);
            var report = await new DemoRun(stage, progress, TimeProvider.System).RunAsync(cancellation);
            report.Print(parsed.Printer());
            return report.Problem is { } problem ? throw new CliException(ExitCode.Failures, $"demo: {problem}") : ExitCode.Success;
        });
        return command;
    }
}
