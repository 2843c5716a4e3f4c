using System.CommandLine;
using System.Globalization;
using TaskMesh.Cli.Mesh;
using TaskMesh.Cli.Output;
using TaskMesh.Core.Messages;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh limits show|set</c>: how much an organisation may have at once.</summary>
internal static class LimitsCommand
{
    private static readonly Option<string> Organisation = new("--organisation")
    {
        Description = "Whose.",
        DefaultValueFactory = _ => CreateCollection.DefaultOrganisation,
    };

    public static Command Create() => new("limits", "How much an organisation may have at once.") { Show(), Set() };

    private static Command Show()
    {
        var command = new Command("show", "Print an organisation's limits.") { Organisation };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var name = parsed.GetRequiredValue(Organisation);
            var limits = await mesh.Reader.LimitsAsync(name, cancellation)
                ?? throw new CliException(ExitCode.Usage, $"organisation: there is no '{name}'");
            var printer = parsed.Printer();
            printer.One(
                new View(Schema.Limits, name, limits.MostWaiting, limits.MostTasks),
                () => printer.Facts(
                    ("organisation", name), ("tasks in line", Text(limits.MostWaiting)), ("tasks of a collection", Text(limits.MostTasks))));
        });
        return command;
    }

    private static Command Set()
    {
        var waiting = new Option<int?>("--waiting") { Description = "How many tasks may be in line for room; any number if left out." };
        var tasks = new Option<int?>("--tasks") { Description = "How many tasks a collection may be submitted with, and its generators may make." };
        var reason = CommonOptions.Reason();
        var command = new Command("set", "Set both limits. What is above one is refused when it is submitted; what runs goes on.")
        {
            Organisation, waiting, tasks, reason,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var action = new ControlAction.SetLimits(parsed.GetRequiredValue(Organisation), parsed.GetValue(waiting), parsed.GetValue(tasks));
            await mesh.SteerAsync(action, parsed.GetRequiredValue(reason), cancellation);
        });
        return command;
    }

    private static string Text(int? limit) => limit?.ToString(CultureInfo.InvariantCulture) ?? "any number";

    private sealed record View(string Schema, string Organisation, int? Waiting, int? Tasks);
}
