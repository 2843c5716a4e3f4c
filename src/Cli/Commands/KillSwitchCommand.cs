using System.CommandLine;
using TaskMesh.Cli.Mesh;
using TaskMesh.Cli.Output;
using TaskMesh.Core.Messages;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh kill-switch on|off|status</c>: above every scope, no probe is sent while it is on.</summary>
internal static class KillSwitchCommand
{
    public static Command Create() => new("kill-switch", "Stop every scan of every organisation, or let them go on.")
    {
        Turn("on", "No probe is sent from now on: scans that run stop within two seconds, none starts.", on: true),
        Turn("off", "Scans go on.", on: false),
        Status(),
    };

    private static Command Turn(string verb, string description, bool on)
    {
        var reason = CommonOptions.Reason();
        var command = new Command(verb, description) { reason };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var now = on ? "The kill switch is on: no probe is sent." : "The kill switch is off: scans go on.";
            await parsed.SteerAsync(mesh, new ControlAction.KillSwitch(on), reason, now, cancellation);
        });
        return command;
    }

    private static Command Status()
    {
        var command = new Command("status", "Say whether it is on.");
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var on = await mesh.Reader.KillSwitchAsync(cancellation);
            var printer = parsed.Printer();
            printer.One(new State(Schema.KillSwitch, on), () => printer.Text(on ? "on" : "off"));
        });
        return command;
    }

    private sealed record State(string Schema, bool On);
}
