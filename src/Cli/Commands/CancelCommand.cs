using System.CommandLine;
using TaskMesh.Cli.Mesh;
using TaskMesh.Core.Messages;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh cancel ID</c>: ends a collection, a container with all below it, or a task.</summary>
internal static class CancelCommand
{
    public static Command Create()
    {
        var id = CommonOptions.Id("Of a collection, a container or a task.");
        var reason = CommonOptions.Reason();
        var command = new Command("cancel", "End a collection, a container or a task: what waits never starts, what runs is told to stop.")
        {
            id, reason,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            await mesh.SteerAsync(new ControlAction.Cancel(parsed.GetValue(id)), parsed.GetRequiredValue(reason), cancellation);
        });
        return command;
    }
}
