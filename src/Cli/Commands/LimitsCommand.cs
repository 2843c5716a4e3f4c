using System.CommandLine;
using System.Globalization;
using TaskMesh.Cli.Mesh;
using TaskMesh.Cli.Output;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh limits show|set|network</c>: how much an organisation may have at once, and how fast its scans and all scans send.</summary>
internal static class LimitsCommand
{
    private const string None = "none";

    private static readonly Option<string> Organisation = new("--organisation")
    {
        Description = "Whose.",
        DefaultValueFactory = _ => CreateCollection.DefaultOrganisation,
    };

    public static Command Create() => new("limits", "What organisations may have at once, and how fast scans send together.")
    {
        Show(), Set(), Network(),
    };

    private static Command Show()
    {
        var command = new Command("show", "Print an organisation's limits, and that of networks.") { Organisation };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var name = parsed.GetRequiredValue(Organisation);
            var limits = await mesh.Reader.LimitsAsync(name, cancellation)
                ?? throw CommonOptions.NoOrganisation(name);
            var network = await mesh.Reader.NetworkRateAsync(cancellation);
            var rescan = limits.RescanInterval is { } interval ? Duration.Write(interval) : null;
            var printer = parsed.Printer();
            printer.One(
                new View(Schema.Limits, name, limits.MostWaiting, limits.MostTasks, limits.PacketsPerSecond, rescan, network),
                () => printer.Facts(
                    ("organisation", name),
                    ("tasks in line", Text(limits.MostWaiting)),
                    ("tasks of a collection", Text(limits.MostTasks)),
                    ("packets/s of its scans", Text(limits.PacketsPerSecond)),
                    ("between the same scans", Text(limits.RescanInterval)),
                    ("packets/s to any /24 or IPv6 /48", Text(network))));
        });
        return command;
    }

    private static Command Set()
    {
        var waiting = new Option<string?>("--waiting") { Description = "How many tasks may be in line for room." };
        var tasks = new Option<string?>("--tasks") { Description = "How many tasks a collection may be submitted with, and its generators make." };
        var packets = new Option<string?>("--packets") { Description = "Packets a second of all its scans together." };
        var rescan = new Option<string?>("--rescan") { Description = "How long the same scan may not be submitted again, such as 6h." };
        var reason = CommonOptions.Reason();
        var command = new Command(
            "set",
            "Set limits; 'none' lifts one, and what is left out stays. What is above one is refused when it is submitted; what runs goes on, and "
            + "sends at the new rate within seconds.")
        {
            Organisation, waiting, tasks, packets, rescan, reason,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (new[] { waiting, tasks, packets, rescan }.All(option => parsed.GetValue(option) is null))
                throw new CliException(ExitCode.Usage, "limits: say which, by --waiting, --tasks, --packets or --rescan");
            await using var mesh = MeshClient.Connect();
            var name = parsed.GetRequiredValue(Organisation);
            var now = await mesh.Reader.LimitsAsync(name, cancellation)
                ?? throw CommonOptions.NoOrganisation(name);
            var action = new ControlAction.SetLimits(
                name,
                Number(waiting, now.MostWaiting),
                Number(tasks, now.MostTasks),
                Number(packets, now.PacketsPerSecond),
                parsed.GetValue(rescan) is None ? null : parsed.DurationOf(rescan) ?? now.RescanInterval);
            await parsed.SteerAsync(mesh, action, reason, Now(action), cancellation);

            int? Number(Option<string?> option, int? known) => parsed.GetValue(option) switch
            {
                null => known,
                None => null,
                var text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : throw new CliException(ExitCode.Usage, $"{option.Name}: '{text}' is neither a number nor '{None}'"),
            };
        });
        return command;
    }

    private static Command Network()
    {
        var packets = new Argument<int>("packets") { Description = "Packets a second, at first 1000." };
        packets.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > OrganisationLimits.HighestPacketRate)
                result.AddError($"packets: not from 1 to {OrganisationLimits.HighestPacketRate}");
        });
        var reason = CommonOptions.Reason();
        var command = new Command("network", "Set how much any one network (IPv4 /24, IPv6 /48) gets from all scans of all organisations.")
        {
            packets, reason,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var rate = parsed.GetRequiredValue(packets);
            await parsed.SteerAsync(
                mesh, new ControlAction.SetNetworkRate(rate), reason, $"Any one network gets at most {rate} packets a second.", cancellation);
        });
        return command;
    }

    private static string Now(ControlAction.SetLimits limits) =>
        $"Limits of '{limits.Organisation}': tasks in line {Text(limits.MostWaiting)}, tasks of a collection {Text(limits.MostTasks)}, "
        + $"packets/s of its scans {Text(limits.PacketsPerSecond)}, between the same scans {Text(limits.RescanInterval)}.";

    private static string Text(TimeSpan? interval) => interval is { } time ? Duration.Write(time) : "any time";

    private static string Text(int? limit) => limit?.ToString(CultureInfo.InvariantCulture) ?? "any number";

    private sealed record View(
        string Schema, string Organisation, int? Waiting, int? Tasks, int? PacketsPerSecond, string? Rescan, int NetworkPacketsPerSecond);
}
