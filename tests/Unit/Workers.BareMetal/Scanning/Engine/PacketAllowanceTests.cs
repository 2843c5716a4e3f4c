using TaskMesh.Core.Ports;
using TaskMesh.Core.Scope;
using TaskMesh.Testing;
using TaskMesh.Workers.BareMetal.Scanning.Engine;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Engine;

public class PacketAllowanceTests
{
    private static readonly AddressSet Targets = new([AddressRange.Parse("192.0.2.0/23")]);

    private readonly ManualClock _clock = new();

    [Fact]
    public async Task What_a_budget_grants_holds_for_a_lease_and_no_longer()
    {
        var grant = new PacketGrant(100, 1000);
        var isSilent = false;
        var budget = new PlayedBudget(() => isSilent ? throw new TimeoutException() : grant);
        await using var allowance = PacketAllowance.Start(budget, Targets, 5000, _clock);

        Assert.Equal(new(100, 200), allowance.Now);
        isSilent = true;
        _clock.Advance(TimeSpan.FromSeconds(4.9));
        Assert.Equal(new(100, 200), allowance.Now);
        _clock.Advance(TimeSpan.FromSeconds(0.1));
        Assert.True(allowance.Now.IsNone);

        isSilent = false;
        await Eventually.TrueAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(0.25));
            return allowance.Now == new PacketGrant(100, 200);
        });
    }

    [Fact]
    public async Task It_is_asked_for_every_second_with_what_is_held()
    {
        var budget = new PlayedBudget(() => new(100, 150));
        await using var allowance = PacketAllowance.Start(budget, Targets, 5000, _clock);

        for (var second = 1; second <= 3; second++)
        {
            await Eventually.TrueAsync(() => _clock.NextTimer == _clock.GetUtcNow() + TimeSpan.FromSeconds(1));
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Eventually.TrueAsync(() => budget.Asked.Count == second + 1);
        }

        Assert.Equal(
            [PacketGrant.None, .. Enumerable.Repeat(new PacketGrant(100, 150), 3)], budget.Asked.Select(demand => demand.Held));
        Assert.All(budget.Asked, demand => Assert.Equal(5000, demand.Wanted));
        Assert.All(budget.Asked, demand => Assert.Equal([new(0xC00002, 0xC00004)], demand.Networks));
    }

    [Fact]
    public async Task A_smaller_grant_is_confirmed_at_once()
    {
        var grant = new PacketGrant(100, 200);
        var budget = new PlayedBudget(() => grant);
        await using var allowance = PacketAllowance.Start(budget, Targets, 5000, _clock);

        grant = new(50, 100);
        await Eventually.TrueAsync(() => _clock.NextTimer is not null);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(() => budget.Asked.Count == 3);

        Assert.Equal([PacketGrant.None, new(100, 200), new(50, 100)], budget.Asked.Select(demand => demand.Held));
    }

    [Fact]
    public async Task At_the_end_it_is_given_back()
    {
        var budget = new PlayedBudget(() => new(100, 200));
        var allowance = PacketAllowance.Start(budget, Targets, 5000, _clock);

        await allowance.DisposeAsync();

        Assert.Equal(1, budget.Released);
    }

    [Fact]
    public void Without_a_budget_there_is_no_limit()
    {
        var allowance = PacketAllowance.Start(null, Targets, 5000, _clock);

        Assert.False(allowance.IsLimited);
        Assert.Equal(PacketGrant.Unlimited, allowance.Now);
    }
}
