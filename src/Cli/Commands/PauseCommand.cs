using System.CommandLine;
using TaskMesh.Cli.Mesh;
using TaskMesh.Core.Messages;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh pause</c> and <c>taskmesh resume</c>: what is in flight finishes, nothing new starts.</summary>
internal static class PauseCommand
{
    public static Command CreatePause() => Create(
        "pause",
        "Let nothing new of a collection, an organisation or a pool start; what is in flight finishes.",
        (what, name) => new ControlAction.Pause(what, name),
        "is paused: nothing new of it starts.");

    public static Command CreateResume() => Create(
        "resume", "Let what was paused go on.", (what, name) => new ControlAction.Resume(what, name), "goes on.");

    private static Command Create(string verb, string description, Func<PauseTarget, string, ControlAction> action, string now)
    {
        var what = new Argument<string>("what") { Description = "What kind of thing it is." };
        what.AcceptOnlyFromAmong("collection", "organisation", "pool");
        var name = new Argument<string>("name") { Description = "Its name; a collection's id." };
        var reason = CommonOptions.Reason();
        var command = new Command(verb, description) { what, name, reason };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var (kind, its) = (Enum.Parse<PauseTarget>(parsed.GetRequiredValue(what), ignoreCase: true), parsed.GetRequiredValue(name));
            await parsed.SteerAsync(mesh, action(kind, its), reason, $"{kind} '{its}' {now}", cancellation);
        });
        return command;
    }
}
