using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Engine;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Engine;

public partial class ScanEngineTests
{
    private static readonly AddressSet Targets = new([AddressRange.Parse(Network)]);

    [Fact]
    public async Task A_scan_that_shares_its_rate_ends_as_any_other()
    {
        using var wire = new SimulatedWire(ByPort);
        await using var allowance = PacketAllowance.Start(
            new PlayedBudget(() => new(100_000, 100_000)), Targets, Pace.PacketsPerSecond, TimeProvider.System);

        var coverage = await RunAsync(wire, Engine(wire, Network, Ports, allowance: allowance));

        Assert.Equal((Planned / 3, Planned / 3, Planned / 3), (coverage.Open, coverage.Closed, coverage.NoAnswer));
        Assert.Equal(Planned * 2 / 3, Found.Distinct().Count());
    }

    [Fact]
    public async Task Nothing_leaves_before_the_budget_has_answered()
    {
        using var wire = new SimulatedWire(ByPort);
        var isSilent = true;
        var budget = new PlayedBudget(() => Volatile.Read(ref isSilent) ? throw new TimeoutException() : new(100_000, 100_000));
        await using var allowance = PacketAllowance.Start(budget, Targets, Pace.PacketsPerSecond, TimeProvider.System);

        var run = RunAsync(wire, Engine(wire, Network, Ports, allowance: allowance));
        while (budget.Asked.Count < 3)
            await Task.Yield();
        Assert.Empty(wire.Asked);
        Volatile.Write(ref isSilent, false);

        Assert.Equal(Planned, (await run).Planned);
        Assert.Equal(Planned, wire.Asked.Count);
    }
}
