using System.CommandLine;
using System.Globalization;
using TaskMesh.Cli.Mesh;
using TaskMesh.Cli.Output;
using TaskMesh.Core.Fleet;
using TaskMesh.Postgres.Reading;

namespace TaskMesh.Cli.Commands;

/// <summary><c>taskmesh fleet</c>: the bare-metal workers, what the cloud last said to each cell, and the cost.</summary>
internal static class FleetCommand
{
    private const int ConsoleLines = 20;
    private const string OfTemplate = "template default";

    public static Command Create()
    {
        var command = new Command("fleet", "Show the slots for bare-metal workers, what EC2 last said to each type and subnet, and the cost.");
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var mesh = MeshClient.Connect();
            var fleet = await mesh.Fleet.ReadAsync(cancellation);
            var own = (await mesh.Rules.RulesAsync(cancellation))?.TemplateType;
            var printer = parsed.Printer();
            var hourly = fleet.Slots.Where(slot => slot.State != "free").Sum(slot => slot.PriceAnHour ?? 0);
            printer.One(
                new Answer(
                    Schema.Fleet, fleet.Slots, fleet.Cells, fleet.Hold, hourly, fleet.CostOfDay, fleet.CostRefusal, fleet.FailedBoots),
                () => Print(printer, fleet, own, hourly));
        });
        return command;
    }

    private static void Print(Printer printer, FleetView fleet, string? own, decimal hourly)
    {
        if (fleet.Hold is { } hold)
            printer.Text($"Nobody launches until {hold.Until:u}: {hold.Code}: {hold.Message}");
        if (fleet.CostRefusal is { } dear)
            printer.Text($"Nobody launches while it costs too much: {dear}");
        printer.Rows(
            fleet.Slots,
            ("SLOT", slot => Number(slot.Slot)),
            ("STATE", slot => slot.State),
            ("SINCE", slot => $"{slot.Since:u}"),
            ("INSTANCE", slot => slot.Instance),
            ("TYPE", slot => slot.Instance is null ? null : TypeName(slot.Type, own)),
            ("ZONE", slot => slot.Zone),
            ("MARKET", slot => slot.Market),
            ("VERSION", slot => slot.Version),
            ("HEARD", slot => slot.LastHeard is { } heard ? $"{heard:u}" : null),
            ("COST", slot => slot.Cost is { } cost ? Money(cost) : null));
        if (fleet.Cells.Count > 0)
        {
            printer.Rows(
                fleet.Cells,
                ("TYPE", cell => TypeName(cell.Type, own)),
                ("SUBNET", cell => SubnetName(cell.Subnet)),
                ("MARKET", cell => cell.Market),
                ("LAST ANSWER", cell => cell.Answer),
                ("AT", cell => $"{cell.At:u}"),
                ("RESTS UNTIL", cell => cell.RestsUntil is { } until ? $"{until:u}" : null));
        }
        if (fleet.FailedBoots.Count > 0)
        {
            printer.Rows(
                fleet.FailedBoots, ("FAILED BOOT", boot => boot.Instance), ("AT", boot => $"{boot.At:u}"), ("WHY", boot => boot.Outcome));
            var last = fleet.FailedBoots.FirstOrDefault(boot => boot.Console is not null);
            if (last is not null)
                printer.Text($"The end of the console of {last.Instance}:");
            foreach (var line in last?.Console!.TrimEnd().Split('\n').TakeLast(ConsoleLines) ?? [])
                printer.Text($"  {line.TrimEnd('\r')}");
        }
        var taken = fleet.Slots.Where(slot => slot.State != "free").ToArray();
        var unpriced = taken.Length > 0 && taken.All(slot => slot.PriceAnHour is null);
        const string unknown = "not known: none of these has a price";
        printer.Facts(
            ("an hour", unpriced ? unknown : Money(hourly)), ("last 24 hours", unpriced && fleet.CostOfDay == 0 ? unknown : Money(fleet.CostOfDay)));
    }

    internal static string Money(decimal cost) =>
        $"{cost.ToString("0.######", CultureInfo.InvariantCulture)} {CostGuard.Currency}";

    /// <param name="type">Null is the launch template's own.</param>
    /// <param name="own">That, where a Manager has told.</param>
    internal static string TypeName(string? type, string? own) => type ?? (own is null ? OfTemplate : $"{own} (template)");

    internal static string SubnetName(string? subnet) => subnet ?? OfTemplate;

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private sealed record Answer(
        string Schema,
        IReadOnlyList<FleetSlot> Slots,
        IReadOnlyList<FleetCell> Cells,
        FleetHold? Hold,
        decimal CostAnHour,
        decimal CostOfDay,
        string? CostRefusal,
        IReadOnlyList<FailedBoot> FailedBoots);
}
