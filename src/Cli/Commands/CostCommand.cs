using System.CommandLine;
using System.Globalization;
using TaskMesh.Cli.Mesh;
using TaskMesh.Cli.Output;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh cost ID</c>: what a collection's time on bare-metal workers has cost.</summary>
internal static class CostCommand
{
    public static Command Create()
    {
        var id = CommonOptions.Id("Of a collection.");
        var command = new Command("cost", "Say what a collection's time on bare-metal workers has cost, from the launch ledger.") { id };
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var collection = parsed.GetValue(id);
            if (await mesh.Reader.CollectionAsync(collection, cancellation) is null)
                throw new CliException(ExitCode.Usage, $"id: there is no collection {collection}");
            var cost = await mesh.Fleet.CostAsync(collection, cancellation);
            var printer = parsed.Printer();
            printer.One(
                new Answer(Schema.Cost, collection, cost.Cost, cost.Seconds, cost.Runs, cost.Unpriced),
                () => printer.Facts(
                    ("cost", cost.Runs > 0 && cost.Unpriced == cost.Runs ? "not known: none of its runs has a price" : FleetCommand.Money(cost.Cost)),
                    ("runs", cost.Runs.ToString(CultureInfo.InvariantCulture)),
                    ("seconds", cost.Seconds.ToString(CultureInfo.InvariantCulture)),
                    ("without a price", cost.Unpriced == 0 ? null : cost.Unpriced.ToString(CultureInfo.InvariantCulture))));
        });
        return command;
    }

    private sealed record Answer(string Schema, Guid Id, decimal Cost, decimal Seconds, long Runs, long Unpriced);
}
