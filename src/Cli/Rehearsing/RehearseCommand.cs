using System.CommandLine;
using TaskMesh.Cli.Commands;
using TaskMesh.Cli.Output;

namespace TaskMesh.Cli.Rehearsing;

/// <summary><c>taskmesh rehearse FILE</c>: a scenario on a mesh of its own, which is gone at the end.</summary>
internal static class RehearseCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("file") { Description = "A scenario as JSON (docs/local.md)." };
        var seed = new Option<int?>("--seed") { Description = "In place of the scenario's own." };
        var command = new Command(
            "rehearse", "Play a scenario of faults on a mesh of its own, on this machine; print launches, refusals, waits and cost.") { file, seed };
        command.SetAction(async (parsed, cancellation) =>
        {
            var scenario = Scenario.Read(JsonText.Read($"{parsed.GetRequiredValue(file)}"));
            scenario = scenario with { Seed = parsed.GetValue(seed) ?? scenario.Seed };
            var progress = new ProgressLine(parsed.InvocationConfiguration.Error, !Console.IsErrorRedirected, TimeProvider.System);
            var report = await Rehearsal.RunAsync(scenario, progress, TimeProvider.System, cancellation);
            report.Print(parsed.Printer());
            return report.ExitCode;
        });
        return command;
    }
}
