namespace TaskMesh.Core.Fleet;

/// <param name="InstanceType">Null is the launch template's.</param>
/// <param name="Subnet">Null is the launch template's.</param>
public sealed record LaunchCell(string? InstanceType, string? Subnet, Market Market = Market.OnDemand)
{
    public override string ToString() =>
        $"{InstanceType ?? "template"}/{Subnet ?? "template"}{(Market == Market.Spot ? "/spot" : "")}";
}
