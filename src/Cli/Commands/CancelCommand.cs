using System.CommandLine;
using TaskMesh.Cli.Mesh;
using TaskMesh.Core.Messages;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh cancel ID</c>: ends a collection.</summary>
internal static class CancelCommand
{
    public static Command Create()
    {
        var id = new Argument<Guid>("id") { Description = "Of a collection." };
        var reason = new Option<string>("--reason") { Description = "Why; kept in the audit trail.", Required = true };
        var command = new Command("cancel", "End a collection: what waits never starts, what runs is told to stop.") { id, reason };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            if (await mesh.Reader.CollectionAsync(parsed.GetValue(id), cancellation) is null)
                throw new CliException(ExitCode.Usage, $"id: there is no collection {parsed.GetValue(id)}");
            var action = new ControlAction.Cancel(parsed.GetValue(id));
            await mesh.SendAsync(new Control(action, Environment.UserName, parsed.GetRequiredValue(reason)) { Id = mesh.Ids.Next() }, cancellation);
        });
        return command;
    }
}
