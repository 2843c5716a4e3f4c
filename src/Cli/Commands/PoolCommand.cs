using System.CommandLine;
using System.Globalization;
using TaskMesh.Cli.Mesh;
using TaskMesh.Cli.Output;
using TaskMesh.Core.Messages;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh pool</c>: the queues with their workers, and how much runs in each at once.</summary>
internal static class PoolCommand
{
    public static Command Create() => new("pool", "Show the pools, or set how many tasks one may run at once.") { Ls(), Set() };

    private static Command Ls()
    {
        var command = new Command("ls", "List the pools with what is in flight and what waits.");
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var pools = await mesh.Reader.PoolsAsync(cancellation);
            parsed.Printer().Rows(
                [.. pools.Select(pool => new Row(Schema.Pool, pool.Name, pool.Class, pool.Slots, pool.Window, pool.InFlight, pool.Waiting))],
                ("POOL", pool => pool.Name),
                ("CLASS", pool => pool.Class),
                ("SET", pool => pool.Slots?.ToString(CultureInfo.InvariantCulture)),
                ("WINDOW", pool => pool.Window.ToString(CultureInfo.InvariantCulture)),
                ("IN FLIGHT", pool => pool.InFlight.ToString(CultureInfo.InvariantCulture)),
                ("WAITING", pool => pool.Waiting.ToString(CultureInfo.InvariantCulture)));
        });
        return command;
    }

    private static Command Set()
    {
        var name = new Argument<string>("name") { Description = "Of a pool." };
        var slots = new Option<int?>("--slots") { Description = "How many tasks may run at once; without it, what the configuration says." };
        var reason = CommonOptions.Reason();
        var command = new Command("set", "Set how many tasks of a pool may run at once. 0 lets nothing new start.") { name, slots, reason };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var action = new ControlAction.SetPool(parsed.GetRequiredValue(name), parsed.GetValue(slots));
            await mesh.SteerAsync(action, parsed.GetRequiredValue(reason), cancellation);
        });
        return command;
    }

    private sealed record Row(string Schema, string Name, string Class, int? Slots, int Window, int InFlight, int Waiting);
}
