using TaskMesh.Core.Fleet;
using TaskMesh.Core.Planning;

namespace TaskMesh.Unit.Shared.Core.Planning;

public class LaunchesTests
{
    private static readonly LaunchCell Template = new(null, "subnet-a");
    private static readonly LaunchCell Large = new("c7g.medium", "subnet-a");

    private static readonly MeshRules Rules = new(
        [], "bare-metal", 5, 4, "configuration", "t4g.micro", null, [new(Template, 0.01m), new(Large, 0.04m)]);

    private static readonly MeshFacts Idle = new(Rules, new FleetDemand(0, 0, 5), [], [], 0, null, 1000, null, new Dictionary<string, int>());

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    [InlineData(1_000_000, 5)]
    public void Work_leads_to_as_many_launches_as_the_fleet_makes_for_it(int work, int launches) =>
        Assert.Equal(launches, Launches.Of(work, Idle).Cells.Count);

    [Fact]
    public void Workers_that_are_there_and_their_work_count()
    {
        var busy = Idle with { Demand = new FleetDemand(4, 1, 4) };

        Assert.Equal((1, 0), (Launches.Of(1, busy).Cells.Count, Launches.Of(3, busy with { Demand = new FleetDemand(1, 1, 4) }).Cells.Count));
    }

    [Fact]
    public void A_cell_that_rests_is_passed_over()
    {
        var refused = Idle with { Refusals = [new CellRefusal(Template, RefusalClass.Capacity, "InsufficientInstanceCapacity", TimeSpan.Zero)] };

        Assert.Equal(Large, Assert.Single(Launches.Of(1, refused).Cells).Cell);
    }

    [Fact]
    public void What_holds_launches_back_is_told()
    {
        var all = Rules.Cells.Select(cell => new CellRefusal(cell.Cell, RefusalClass.Capacity, "InsufficientInstanceCapacity", TimeSpan.Zero));

        Assert.Contains("rests", Launches.Of(1, Idle with { Refusals = [.. all] }).Held, StringComparison.Ordinal);
        Assert.Contains("MAX_BARE_METAL_WORKERS", Launches.Of(
            1, Idle with { Rules = Rules with { MaxWorkers = 0 }, Demand = new FleetDemand(0, 0, 0) }).Held, StringComparison.Ordinal);
        Assert.Contains("nobody launches", Launches.Of(1, Idle with { Demand = Idle.Demand with { IsHeld = true } }).Held, StringComparison.Ordinal);
        var (cells, held) = Launches.Of(100, Idle with { Rules = Rules with { CostCap = 0.03m }, Types = [null] });
        Assert.Equal((2, "the cost ceiling: 0.04 USD/h are more than 0.03 USD/h"), (cells.Count, held));
    }

    [Fact]
    public void Rules_come_back_from_the_database_as_they_went() =>
        Assert.Equal(Rules.ToJson(), MeshRules.Parse(Rules.ToJson()).ToJson());
}
