using System.CommandLine;
using TaskMesh.Cli.Mesh;
using TaskMesh.Cli.Output;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Scope;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh windows set|show|clear</c>: at which times an organisation's scans may run.</summary>
internal static class WindowsCommand
{
    public static Command Create() => new("windows", "At which times an organisation's scans may run.") { Set(), Show(), Clear() };

    private static Command Set()
    {
        var organisation = Organisation();
        var reason = CommonOptions.Reason();
        var windows = new Argument<string[]>("window")
        {
            Description = "Such as \"22:00-06:00 Europe/Berlin\" or \"Sat,Sun 00:00-00:00 UTC\".",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("set", "Let scans run in these windows only; others wait, and scans that run yield when a window closes.")
        {
            windows, organisation, reason,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            var read = parsed.GetRequiredValue(windows).Select(text => ScanWindow.TryParse(text, out var window)
                ? window
                : throw new CliException(
                    ExitCode.Usage, $"window: '{text}' is not [days ]from-to zone, such as \"Mon,Tue 22:00-06:00 Europe/Berlin\"")).ToArray();
            if (read.SelectMany(window => window.Problems()).FirstOrDefault() is { } problem)
                throw new CliException(ExitCode.Usage, $"window: {problem}");
            await using var mesh = MeshClient.Connect();
            var name = parsed.GetRequiredValue(organisation);
            var now = $"Scans of '{name}' run {string.Join(" and ", read.Select(window => $"{window}"))} only.";
            await parsed.SteerAsync(mesh, new ControlAction.SetScanWindows(read, name), reason, now, cancellation);
        });
        return command;
    }

    private static Command Clear()
    {
        var organisation = Organisation();
        var reason = CommonOptions.Reason();
        var command = new Command("clear", "Let scans run at any time.") { organisation, reason };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var name = parsed.GetRequiredValue(organisation);
            await parsed.SteerAsync(
                mesh, new ControlAction.SetScanWindows([], name), reason, $"Scans of '{name}' may run at any time.", cancellation);
        });
        return command;
    }

    private static Command Show()
    {
        var organisation = Organisation();
        var command = new Command("show", "List an organisation's windows.") { organisation };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var name = parsed.GetRequiredValue(organisation);
            if (!await mesh.Reader.HasOrganisationAsync(name, cancellation))
                throw CommonOptions.NoOrganisation(name);
            var windows = await mesh.Reader.WindowsAsync(name, cancellation);
            var printer = parsed.Printer();
            if (windows.Count == 0 && printer.Format == OutputFormat.Text)
                printer.Text("No window is set, so scans may run at any time.");
            else
                printer.Rows([.. windows.Select(window => new Row(Schema.Window, window.ToString()))], ("WINDOW", row => row.Window));
        });
        return command;
    }

    private static Option<string> Organisation() => new("--organisation")
    {
        Description = "Whose scans.",
        DefaultValueFactory = _ => CreateCollection.DefaultOrganisation,
    };

    private sealed record Row(string Schema, string Window);
}
