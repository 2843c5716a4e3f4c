using System.CommandLine;
using System.Globalization;
using TaskMesh.Cli.Mesh;
using TaskMesh.Cli.Output;
using TaskMesh.Core.Waiting;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh why ID</c>: why a task waits, or each task of a collection that has not ended.</summary>
internal static class WhyCommand
{
    private const int MostTasks = 100;

    public static Command Create()
    {
        var id = CommonOptions.Id("Of a task or a collection.");
        var command = new Command("why", "Say why a task waits: what holds it back, its place in line, and when it is looked at again.") { id };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var asked = parsed.GetValue(id);
            var tasks = await mesh.Reader.CollectionAsync(asked, cancellation) is null
                ? [asked] : await mesh.Reader.OpenTasksAsync(asked, MostTasks, cancellation);
            var answers = new List<Answer>();
            foreach (var task in tasks.Count == 0 ? [asked] : tasks)
                answers.Add(await ExplainAsync(mesh, task, cancellation));
            Print(parsed.Printer(), answers);
        });
        return command;
    }

    private static async Task<Answer> ExplainAsync(MeshClient mesh, Guid task, CancellationToken cancellation)
    {
        if (await mesh.Waits.FactsAsync(task, cancellation) is not { } facts)
        {
            throw new CliException(
                ExitCode.Usage,
                await mesh.Reader.CollectionAsync(task, cancellation) is { } collection
                    ? $"Collection {task} has ended: {collection.State}." : $"id: there is no task or collection {task}");
        }
        var why = WaitExplainer.Explain(facts);
        return new Answer(Schema.Why, task, $"{facts.State}", why.Cause, why.Sentence, why.Position, why.NextTry?.UtcDateTime);
    }

    private static void Print(Printer printer, List<Answer> answers)
    {
        if (answers.Count > 1)
        {
            printer.Rows(answers, ("ID", row => $"{row.Id}"), ("STATE", row => row.State), ("WHY", row => row.Sentence));
            return;
        }
        var only = answers[0];
        printer.One(only, () =>
        {
            printer.Text(only.Sentence);
            printer.Facts(
                ("state", only.State),
                ("cause", $"{only.Cause}"),
                ("position", only.Position?.ToString(CultureInfo.InvariantCulture)),
                ("next try", only.NextTry is { } next ? $"{next:u}" : null));
        });
    }

    private sealed record Answer(
        string Schema, Guid Id, string State, WaitCause Cause, string Sentence, long? Position, DateTime? NextTry);
}
