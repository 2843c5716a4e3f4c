using System.CommandLine;
using TaskMesh.Cli.Mesh;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres.Reading;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh ls</c>: collections, the newest first.</summary>
internal static class LsCommand
{
    public static Command Create()
    {
        var state = new Option<TaskState?>("--state") { Description = "Only collections in this state." };
        var limit = CommonOptions.Limit(50);
        var command = new Command("ls", "List collections, the newest first.") { state, limit };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var collections = await mesh.Reader.CollectionsAsync(parsed.GetValue(state)?.ToString(), parsed.GetValue(limit), cancellation);
            parsed.Printer().Rows(
                [.. collections.Select(Row.Of)],
                ("ID", row => $"{row.Id}"),
                ("STATE", row => row.State),
                ("TASKS", row => $"{row.Tasks}"),
                ("CREATED", row => $"{row.CreatedAt:u}"),
                ("NAME", row => row.Name));
        });
        return command;
    }

    private sealed record Row(
        string Schema, Guid Id, string? Name, string Organisation, string State, int Priority, int Tasks, DateTime CreatedAt, DateTime? EndedAt)
    {
        public static Row Of(CollectionView view) => new(
            Output.Schema.Collection, view.Id, view.Name, view.Organisation, view.State, view.Priority, view.Tasks, view.CreatedAt, view.EndedAt);
    }
}
