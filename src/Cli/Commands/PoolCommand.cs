using System.CommandLine;
using System.Globalization;
using TaskMesh.Cli.Mesh;
using TaskMesh.Cli.Output;
using TaskMesh.Core.Messages;
using TaskMesh.Core.Workflow;
using TaskMesh.Postgres.Reading;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh pool</c>: the queues with their workers, and how much each does at once.</summary>
internal static class PoolCommand
{
    public static Command Create() => new("pool", "Show the pools, or set how much one may do at once.") { Ls(), Set() };

    private static Command Ls()
    {
        var command = new Command("ls", "List the pools with what is in flight and what waits.");
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var pools = await mesh.Reader.PoolsAsync(cancellation);
            parsed.Printer().Rows(
                [
                    .. pools.Select(pool => new Row(
                        Schema.Pool, pool.Name, pool.Class, pool.Slots, pool.PacketsPerSecond, pool.Window, pool.InFlight, pool.Waiting)),
                ],
                ("POOL", pool => pool.Name),
                ("CLASS", pool => pool.Class),
                ("SET", pool => pool.Slots?.ToString(CultureInfo.InvariantCulture)),
                ("PACKETS/S", pool => pool.PacketsPerSecond?.ToString(CultureInfo.InvariantCulture)),
                ("WINDOW", pool => pool.Window.ToString(CultureInfo.InvariantCulture)),
                ("IN FLIGHT", pool => pool.InFlight.ToString(CultureInfo.InvariantCulture)),
                ("WAITING", pool => pool.Waiting.ToString(CultureInfo.InvariantCulture)));
        });
        return command;
    }

    private static Command Set()
    {
        var name = new Argument<string>("name") { Description = "Of a pool." };
        var slots = new Option<int?>("--slots") { Description = "How many tasks may run at once; without both, what the configuration says." };
        var packets = new Option<string?>("--packets")
        {
            Description = "Packets a second of all its scans together, or 'none' for what they are told.",
        };
        var reason = CommonOptions.Reason();
        var command = new Command(
            "set", "Set how many tasks of a pool may run at once (0 lets nothing new start), and how fast they send together; or one of both.")
        {
            name, slots, packets, reason,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var action = new ControlAction.SetPool(parsed.GetRequiredValue(name), parsed.GetValue(slots), Packets(parsed.GetValue(packets)));
            var control = await mesh.SteerAsync(action, parsed.GetRequiredValue(reason), cancellation);
            parsed.Tell(control, Now((await mesh.Reader.PoolsAsync(cancellation)).Single(pool => pool.Name == action.Pool)));
        });
        return command;
    }

    private static string Now(PoolView pool) =>
        $"Pool '{pool.Name}' runs {pool.Slots?.ToString(CultureInfo.InvariantCulture) ?? "as many tasks at once as the configuration says"}"
        + $"{(pool.Slots is null ? "" : " tasks at once")}, and its scans send "
        + $"{(pool.PacketsPerSecond is { } rate ? $"{rate} packets a second together" : "as fast as they are told")}.";

    /// <summary>A zero is refused: who means to stop all packets must not lift the limit.</summary>
    private static int? Packets(string? text) => text switch
    {
        null => null,
        "none" => 0,
        _ when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var rate)
            && rate is >= 1 and <= OrganisationLimits.HighestPacketRate => rate,
        _ => throw new CliException(ExitCode.Usage, $"--packets: '{text}' is not from 1 to {OrganisationLimits.HighestPacketRate}, nor 'none'"),
    };

    private sealed record Row(
        string Schema, string Name, string Class, int? Slots, int? PacketsPerSecond, int Window, int InFlight, int Waiting);
}
