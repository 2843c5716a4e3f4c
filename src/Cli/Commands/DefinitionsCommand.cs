using System.CommandLine;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Routing;
using TaskMesh.Tasks;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh definitions</c>: every task kind, what it needs and where it runs.</summary>
internal static class DefinitionsCommand
{
    public static Command Create()
    {
        var command = new Command("definitions", "List the task kinds: what each needs and which queue that gives.");
        command.SetAction(parsed => parsed.Printer().Rows(
            [.. AllTasks.Catalogue.Entries.Select(Definition.Of)],
            ("KIND", definition => definition.Kind),
            ("QUEUE", definition => definition.Queue),
            ("REQUIREMENTS", definition => definition.Requirements.Count == 0 ? "none" : string.Join(", ", definition.Requirements)),
            ("SUMMARY", definition => definition.Summary)));
        return command;
    }

    internal static string QueueOf(WorkerRequirements requirements) => TaskRouter.Route(requirements) switch
    {
        WorkerClass.External => "external",
        WorkerClass.Internal => "internal",
        WorkerClass.BareMetal => "bare-metal",
    };

    internal static IReadOnlyList<string> Names(WorkerRequirements requirements) =>
        [.. Enum.GetValues<WorkerRequirements>().Where(
            flag => flag != WorkerRequirements.None && requirements.HasFlag(flag)).Select(flag => flag.ToString())];

    private sealed record Definition(string Schema, string Kind, IReadOnlyList<string> Requirements, string Queue, string Summary)
    {
        public static Definition Of(TaskEntry entry) =>
            new(Output.Schema.Definition, entry.Kind, Names(entry.Requirements), QueueOf(entry.Requirements), entry.Summary);
    }
}
