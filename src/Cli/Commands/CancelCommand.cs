using System.CommandLine;
using TaskMesh.Cli.Mesh;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;

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
            var target = parsed.GetValue(id);
            var control = await mesh.SteerAsync(new ControlAction.Cancel(target), parsed.GetRequiredValue(reason), cancellation);
            parsed.Tell(control, await NowAsync(mesh, target, cancellation));
        });
        return command;
    }

    /// <summary>What had ended before stays as it was.</summary>
    private static async Task<string> NowAsync(MeshClient mesh, Guid target, CancellationToken cancellation)
    {
        if (await mesh.Reader.CollectionAsync(target, cancellation) is { } collection)
            return Sentence("Collection", target, collection.State);
        return await mesh.Reader.TaskAsync(target, cancellation) is { } task
            ? Sentence("Task", target, task.State) : Sentence("Container", target, nameof(TaskState.Cancelled));
    }

    private static string Sentence(string what, Guid target, string state) => state == nameof(TaskState.Cancelled)
        ? $"{what} {target} is cancelled." : $"{what} {target} had ended before: {state}.";
}
