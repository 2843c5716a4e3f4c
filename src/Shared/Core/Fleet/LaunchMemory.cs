namespace TaskMesh.Core.Fleet;

/// <summary>Which cells need not be asked because of what others, or they themselves, were told a while ago.</summary>
/// <param name="templateType">The launch template's own instance type.</param>
public sealed class LaunchMemory(IEnumerable<CellRefusal> refusals, string templateType)
{
    private readonly List<CellRefusal> _refusals = [.. refusals];

    public static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    /// <summary>How long an answer stands. What is wrong with a subnet's id stands until the configuration changes, which forgets it.</summary>
    public static TimeSpan StandsFor(RefusalClass refusal) => refusal switch
    {
        RefusalClass.Quota => TimeSpan.FromMinutes(5),
        RefusalClass.NotOffered or RefusalClass.SubnetUnknown => Longest,
        RefusalClass.Capacity or RefusalClass.SubnetFull or RefusalClass.SpotMarket or RefusalClass.Unlisted => TimeSpan.FromMinutes(3),
        _ => TimeSpan.Zero,
    };

    public void Add(CellRefusal refusal) => _refusals.Add(refusal);

    /// <summary>The answer that makes a question to this cell pointless, the one that stands longest; null if it is worth asking.</summary>
    public CellRefusal? Skips(LaunchCell cell) => _refusals
        .Where(refusal => refusal.Age < StandsFor(refusal.Class) && Covers(refusal, cell))
        .MaxBy(refusal => StandsFor(refusal.Class) - refusal.Age);

    private bool Covers(CellRefusal refusal, LaunchCell cell)
    {
        var told = refusal.Cell;
        return refusal.Class switch
        {
            RefusalClass.Capacity or RefusalClass.Unlisted => told == cell,
            RefusalClass.NotOffered => (TypeOf(told), told.Subnet) == (TypeOf(cell), cell.Subnet),
            RefusalClass.SubnetFull or RefusalClass.SubnetUnknown => told.Subnet == cell.Subnet,
            RefusalClass.SpotMarket => cell.Market == Market.Spot,
            RefusalClass.Quota => told == cell || told.Market == cell.Market && IsNotSmaller(cell, told),
            _ => false,
        };
    }

    /// <summary>Where the account's vCPUs do not suffice for one, a smaller one may still fit.</summary>
    private bool IsNotSmaller(LaunchCell cell, LaunchCell told) =>
        InstanceTypeName.TryParse(TypeOf(cell), out var type)
        && InstanceTypeName.TryParse(TypeOf(told), out var refused)
        && type.QuotaClass == refused.QuotaClass
        && type.Vcpus >= refused.Vcpus;

    private string TypeOf(LaunchCell cell) => cell.InstanceType ?? templateType;
}
