using TaskMesh.Core.Fleet;

namespace TaskMesh.Unit.Shared.Core.Fleet;

public class FleetPolicyTests
{
    [Theory]
    [InlineData(0, 0, 5, 0)]
    [InlineData(1, 0, 5, 1)]
    [InlineData(4, 0, 5, 1)]
    [InlineData(5, 0, 5, 2)]
    [InlineData(5, 1, 4, 1)]
    [InlineData(5, 3, 2, 0)]
    [InlineData(1_000_000, 2, 3, 3)]
    [InlineData(9, 0, 0, 0)]
    public void As_many_are_launched_as_the_work_needs_and_the_cap_allows(int work, int capacity, int free, int launches) =>
        Assert.Equal(launches, FleetPolicy.Needed(new FleetDemand(work, capacity, free), tasksPerWorker: 4));
}
