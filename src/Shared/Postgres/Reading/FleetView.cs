namespace TaskMesh.Postgres.Reading;

/// <param name="Hold">Why nobody may launch for now; null if everybody may.</param>
/// <param name="CostOfDay">Of the last 24 hours, of instances that have a price.</param>
/// <param name="CostRefusal">Why the cost ceiling lets no worker be launched; null if it does.</param>
/// <param name="FailedBoots">Of the last 24 hours, the newest first.</param>
public sealed record FleetView(
    IReadOnlyList<FleetSlot> Slots,
    IReadOnlyList<FleetCell> Cells,
    FleetHold? Hold,
    decimal CostOfDay,
    string? CostRefusal,
    IReadOnlyList<FailedBoot> FailedBoots);

/// <param name="Type">Null is the launch template's own.</param>
/// <param name="LastHeard">When its worker last spoke.</param>
/// <param name="Cost">Until now.</param>
public sealed record FleetSlot(
    int Slot,
    string State,
    DateTime Since,
    string? Instance,
    string? Type,
    string? Subnet,
    string? Market,
    string? Zone,
    string? Version,
    decimal? PriceAnHour,
    DateTime? LastHeard,
    decimal? Cost);

/// <param name="Answer">"launched", "unknown", "cost-cap" or EC2's code.</param>
/// <param name="RestsUntil">Until when it is not asked; null if it may be.</param>
public sealed record FleetCell(
    string? Type, string? Subnet, string Market, string Answer, string? Message, DateTime At, DateTime? RestsUntil);

/// <param name="Outcome">"boot failed" ended by itself, "never reported" was ended at the boot deadline.</param>
/// <param name="Console">The end of what it wrote; null if there was nothing to be had.</param>
public sealed record FailedBoot(string Instance, DateTime At, string Outcome, string? Console);

public sealed record FleetHold(DateTime Until, string Refusal, string Code, string Message);

/// <param name="Unpriced">How many of the runs were on instances without a price.</param>
public sealed record CollectionCost(long Runs, decimal Seconds, decimal Cost, long Unpriced);
