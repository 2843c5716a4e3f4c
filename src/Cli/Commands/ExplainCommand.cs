using System.CommandLine;
using TaskMesh.Cli.Output;
using TaskMesh.Core.Contract;
using TaskMesh.Core.Workflow;
using TaskMesh.Tasks;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh explain KIND</c>: which rule gives which queue, and why no other does.</summary>
internal static class ExplainCommand
{
    private static readonly (string Rule, Func<WorkerRequirements, bool> Holds, string Queue, string Worker)[] Rules =
    [
        (
            "declares RawSocketAccess",
            needs => needs.HasFlag(WorkerRequirements.RawSocketAccess),
            "bare-metal",
            "EC2 inside the VPC, with raw sockets and database"
        ),
        (
            "declares TaskDataAccess or ReconDataAccess",
            needs => (needs & (WorkerRequirements.TaskDataAccess | WorkerRequirements.ReconDataAccess)) != 0,
            "internal",
            "Lambda inside the VPC, with database and without internet"
        ),
        (
            "declares neither (QueueAccess does not change the route)",
            _ => true,
            "external",
            "Lambda outside the VPC, with internet and without database"
        ),
    ];

    public static Command Create()
    {
        var kind = new Argument<string>("kind") { Description = "A task kind, as `taskmesh definitions` lists them." };
        var command = new Command("explain", "Tell which rule routes a task kind to which queue.") { kind };
        command.SetAction(parsed =>
        {
            var name = parsed.GetRequiredValue(kind);
            var entry = AllTasks.Catalogue.Find(name)
                ?? throw new CliException(ExitCode.Usage, $"kind: there is no task kind '{name}'; `taskmesh definitions` lists them");
            Print(parsed.Printer(), entry);
        });
        return command;
    }

    private static void Print(Printer printer, TaskEntry entry)
    {
        var place = Array.FindIndex(Rules, rule => rule.Holds(entry.Requirements));
        var matched = Rules[place];
        var explanation = new Explanation(
            Schema.Explanation,
            entry.Kind,
            DefinitionsCommand.Names(entry.Requirements),
            place + 1,
            $"{entry.Kind} {matched.Rule}",
            matched.Queue,
            matched.Worker,
            [.. Rules[..place].Select(rule => $"not {rule.Queue}: it does not hold that it {rule.Rule}")],
            entry.InputFields,
            entry.OutputFields,
            (long)entry.RunTimeout.TotalMilliseconds);
        printer.One(explanation, () =>
        {
            printer.Facts(
                ("kind", $"{entry.Kind}: {entry.Summary}"),
                ("requirements", explanation.Requirements.Count == 0 ? "none" : string.Join(", ", explanation.Requirements)),
                ("rule", $"{explanation.Rule}. {explanation.Because}"),
                ("queue", explanation.Queue),
                ("worker", explanation.Worker),
                ("granted", explanation.Requirements.Count == 0 ? "the web, and nothing else" : "what it declares, and nothing else"),
                ("input", string.Join(", ", entry.InputFields)),
                ("output", string.Join(", ", entry.OutputFields)),
                ("run timeout", Duration.Write(entry.RunTimeout)));
            foreach (var other in explanation.WhyNot)
                printer.Text(other);
        });
    }

    private sealed record Explanation(
        string Schema,
        string Kind,
        IReadOnlyList<string> Requirements,
        int Rule,
        string Because,
        string Queue,
        string Worker,
        IReadOnlyList<string> WhyNot,
        IReadOnlyList<string> Input,
        IReadOnlyList<string> OutputFields,
        long RunTimeoutMs);
}
