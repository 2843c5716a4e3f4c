using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using TaskMesh.Cli.Mesh;
using TaskMesh.Cli.Output;
using TaskMesh.Postgres.Reading;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh show ID</c>: one task with its history and output, or one collection with its tasks.</summary>
internal static class ShowCommand
{
    private const int MostTasks = 1_000;

    public static Command Create()
    {
        var id = CommonOptions.Id("Of a task or a collection.");
        var command = new Command("show", "Show a task with its history and output, or a collection with its tasks.") { id };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var printer = parsed.Printer();
            var asked = parsed.GetValue(id);
            if (await mesh.Reader.CollectionAsync(asked, cancellation) is { } collection)
                await ShowAsync(mesh, printer, collection, cancellation);
            else if (await mesh.Reader.TaskAsync(asked, cancellation) is { } task)
                await ShowAsync(mesh, printer, task, cancellation);
            else
                throw new CliException(ExitCode.Usage, $"id: there is no task or collection {asked}");
        });
        return command;
    }

    private static async Task ShowAsync(MeshClient mesh, Printer printer, CollectionView collection, CancellationToken cancellation)
    {
        var tasks = new List<TaskView>();
        foreach (var container in await mesh.Reader.ContainersAsync(collection.Id, cancellation))
            tasks.AddRange(await mesh.Reader.TasksAsync(container.Id, MostTasks - tasks.Count, cancellation));
        var details = new List<TaskDetails>();
        foreach (var task in tasks)
            details.Add(await DetailsAsync(mesh, task, whole: false, cancellation));
        var view = new CollectionDetails(
            Schema.Collection,
            collection.Id,
            collection.Name,
            collection.Organisation,
            collection.State,
            collection.CreatedAt,
            collection.EndedAt,
            details);
        printer.One(view, () =>
        {
            printer.Facts(
                ("collection", $"{collection.Id}"),
                ("name", collection.Name),
                ("organisation", collection.Organisation),
                ("state", collection.State),
                ("created", $"{collection.CreatedAt:u}"),
                ("ended", collection.EndedAt is { } ended ? $"{ended:u}" : null));
            foreach (var task in details)
            {
                printer.Text("");
                Print(printer, task);
            }
        });
    }

    private static async Task ShowAsync(MeshClient mesh, Printer printer, TaskView task, CancellationToken cancellation)
    {
        var details = await DetailsAsync(mesh, task, whole: true, cancellation);
        printer.One(details, () => Print(printer, details));
    }

    /// <param name="whole">Whether a large result is fetched, or only named.</param>
    private static async Task<TaskDetails> DetailsAsync(MeshClient mesh, TaskView task, bool whole, CancellationToken cancellation) => new(
        Schema.Task,
        task.Id,
        task.CollectionId,
        task.ParentId,
        task.Name,
        task.Kind,
        task.State,
        task.Attempt,
        task.Failures,
        task.Pool,
        task.Worker,
        task.Reason,
        task.Stack,
        JsonElement.Parse(task.Input),
        await mesh.ContentAsync(await mesh.Reader.OutputAsync(task.Id, cancellation), whole, cancellation) is { } output
            ? JsonElement.Parse(output) : null,
        await mesh.Reader.EventsAsync(task.Id, cancellation));

    private static void Print(Printer printer, TaskDetails task)
    {
        printer.Facts(
            ("task", $"{task.Name} ({task.Kind}) {task.Id}"),
            ("state", task.Reason is null ? task.State : $"{task.State}: {task.Reason}"),
            ("attempt", $"{task.Attempt.ToString(CultureInfo.InvariantCulture)}, {task.Failures} failures"),
            ("made by", task.ParentId is { } parent ? $"{parent}" : null),
            ("pool", task.Pool),
            ("worker", task.Worker),
            ("input", task.Input.GetRawText()),
            ("output", task.Output?.GetRawText()));
        foreach (var call in task.Stack?.Split('\n') ?? [])
            printer.Text(call.TrimEnd());
        foreach (var step in task.History)
        {
            var (worker, reason) = (step.Worker is null ? "" : $" on {step.Worker}", step.Reason is null ? "" : $": {step.Reason}");
            printer.Text($"  {step.At:HH:mm:ss.fff}  {step.State} {step.Attempt}{worker}{reason}");
        }
    }

    private sealed record CollectionDetails(
        string Schema,
        Guid Id,
        string? Name,
        string Organisation,
        string State,
        DateTime CreatedAt,
        DateTime? EndedAt,
        IReadOnlyList<TaskDetails> Tasks);

    private sealed record TaskDetails(
        string Schema,
        Guid Id,
        Guid CollectionId,
        Guid? ParentId,
        string Name,
        string Kind,
        string State,
        int Attempt,
        int Failures,
        string? Pool,
        string? Worker,
        string? Reason,
        string? Stack,
        JsonElement Input,
        JsonElement? Output,
        IReadOnlyList<EventView> History);
}
