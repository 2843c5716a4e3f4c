using System.CommandLine;
using System.Globalization;
using TaskMesh.Cli.Mesh;
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
            parsed.Printer().Rows(
                await mesh.Reader.PoolsAsync(cancellation),
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
        var reason = new Option<string>("--reason") { Description = "Why; kept in the audit trail.", Required = true };
        var command = new Command("set", "Set how many tasks of a pool may run at once. 0 lets nothing new start.") { name, slots, reason };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(slots) is < 0 or > 1_000_000)
                throw new CliException(ExitCode.Usage, $"--slots: {parsed.GetValue(slots)} is not from 0 to 1000000");
            await using var mesh = MeshClient.Connect();
            var pool = parsed.GetRequiredValue(name);
            if ((await mesh.Reader.PoolsAsync(cancellation)).All(known => known.Name != pool))
                throw new CliException(ExitCode.Usage, $"name: there is no pool '{pool}'; `taskmesh pool ls` lists them");
            var action = new ControlAction.SetPool(pool, parsed.GetValue(slots));
            await mesh.SendAsync(new Control(action, Environment.UserName, parsed.GetRequiredValue(reason)) { Id = mesh.Ids.Next() }, cancellation);
        });
        return command;
    }
}
