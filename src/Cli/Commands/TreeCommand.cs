using System.CommandLine;
using TaskMesh.Cli.Mesh;
using TaskMesh.Cli.Output;
using TaskMesh.Postgres.Reading;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh tree ID</c>: a collection as it is built, each node with its state.</summary>
internal static class TreeCommand
{
    /// <summary>A container with more children is folded: the rest is a number.</summary>
    private const int Fold = 200;

    public static Command Create()
    {
        var id = CommonOptions.Id("Of a collection.");
        var command = new Command("tree", "Show a collection as a tree of containers and tasks with their states.") { id };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var collection = await mesh.Reader.CollectionAsync(parsed.GetValue(id), cancellation)
                ?? throw new CliException(ExitCode.Usage, $"id: there is no collection {parsed.GetValue(id)}");
            var containers = await mesh.Reader.ContainersAsync(collection.Id, cancellation);
            var root = await NodeAsync(mesh.Reader, containers, containers.Single(container => container.ParentId is null), cancellation);
            var printer = parsed.Printer();
            printer.One(new Tree(Schema.Tree, collection.Id, collection.Name, collection.State, root), () =>
            {
                printer.Text($"{collection.Name ?? "collection"} {collection.Id}: {collection.State}");
                Print(printer, root, "");
            });
        });
        return command;
    }

    private static async Task<Node> NodeAsync(
        MeshReader reader, IReadOnlyList<ContainerView> all, ContainerView container, CancellationToken cancellation)
    {
        var children = new List<(int Ordinal, Node Node)>();
        foreach (var child in all.Where(child => child.ParentId == container.Id))
            children.Add((child.Ordinal, await NodeAsync(reader, all, child, cancellation)));
        foreach (var task in await reader.TasksAsync(container.Id, Fold, cancellation))
            children.Add(
                (task.Ordinal, new Node(task.Kind, task.Name, task.State, task.Id, task.Attempt, task.Pool, task.Worker, task.Reason, null, null)));
        return new Node(
            container.Mode,
            container.Name,
            container.State,
            container.Id,
            null,
            null,
            null,
            null,
            [.. children.OrderBy(child => child.Ordinal).Select(child => child.Node)],
            children.Count < container.Children ? container.Children - children.Count : null);
    }

    private static void Print(Printer printer, Node node, string indent)
    {
        var name = node.Name is null || node.Name == node.Type ? "" : $" {node.Name}";
        printer.Text($"{indent}{Icon(node.State)} {node.Type}{name}: {node.State}{Details(node)}");
        foreach (var child in node.Children ?? [])
            Print(printer, child, indent + "  ");
        if (node.Folded is { } folded)
            printer.Text($"{indent}  … and {folded} more");
    }

    private static string Details(Node node) => string.Concat(
        node.Attempt is > 1 and var attempt ? $", attempt {attempt}" : "",
        node.Worker is null ? "" : $", on {node.Worker}",
        node.Reason is null ? "" : $" ({node.Reason})");

    /// <summary>The word stands beside it: a sign alone would say nothing to a screen reader.</summary>
    private static char Icon(string state) => state switch
    {
        "Succeeded" => '+',
        "Failed" or "Timeout" => '!',
        "Cancelled" or "Disabled" => '-',
        "PartiallyFailed" => '~',
        "Running" or "Dispatched" or "PendingTaskCreation" => '>',
        _ => '.',
    };

    private sealed record Tree(string Schema, Guid Id, string? Name, string State, Node Root);

    private sealed record Node(
        string Type,
        string? Name,
        string State,
        Guid Id,
        int? Attempt,
        string? Pool,
        string? Worker,
        string? Reason,
        IReadOnlyList<Node>? Children,
        int? Folded);
}
