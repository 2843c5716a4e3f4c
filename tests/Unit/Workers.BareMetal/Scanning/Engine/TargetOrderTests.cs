using TaskMesh.Core.Recon;
using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Engine;
using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Engine;

public class TargetOrderTests
{
    private static readonly string[] ThreeRanges = ["192.0.2.7", "198.51.100.0/28", "203.0.113.250-203.0.113.255"];

    [Fact]
    public void Every_target_and_port_comes_once()
    {
        var order = Order(ThreeRanges, "22,80,8000-8004");

        var targets = All(order);

        Assert.Equal((1 + 16 + 6) * 7UL, order.Count);
        Assert.Equal(order.Count, (ulong)targets.Distinct().Count());
        Assert.All(targets, target => Assert.Contains(ThreeRanges, range => AddressRange.Parse(range).Contains(target.Address)));
    }

    [Fact]
    public void A_target_is_found_at_its_place()
    {
        var order = Order(ThreeRanges, "22,80,8000-8004");

        for (ulong index = 0; index < order.Count; index++)
        {
            Assert.True(order.TryFind(order[index], out var found));
            Assert.Equal(index, found);
        }
    }

    [Theory]
    [InlineData("192.0.2.6", 22)]
    [InlineData("192.0.2.8", 22)]
    [InlineData("203.0.114.0", 22)]
    [InlineData("0.0.0.0", 22)]
    [InlineData("255.255.255.255", 22)]
    [InlineData("2001:db8::1", 22)]
    [InlineData("192.0.2.7", 23)]
    [InlineData("192.0.2.7", 0)]
    public void What_the_plan_does_not_hold_has_no_place(string address, ushort port) =>
        Assert.False(Order(ThreeRanges, "22,80").TryFind(new ProbeTarget(Address.Parse(address), port), out _));

    [Fact]
    public void The_same_plan_and_seed_go_on_where_another_process_stopped()
    {
        var whole = All(Order(ThreeRanges, "1-9"));

        var rest = All(Order([.. ThreeRanges.Reverse()], "9,8,7,1-6"), from: 100);

        Assert.Equal(whole.Skip(100), rest);
    }

    [Fact]
    public void The_whole_of_IPv4_needs_no_more_memory_than_a_small_network()
    {
        var small = Allocated(() => Order(["192.0.2.0/24"], "1-100"));
        var large = Allocated(() => Order(["0.0.0.0/0"], "1-100"));

        Assert.Equal(small, large);
    }

    [Fact]
    public void All_ports_of_all_IPv4_addresses_are_one_order()
    {
        var order = Order(["0.0.0.0/0"], "1-65535");

        Assert.Equal((1UL << 32) * 65_535, order.Count);
        Assert.True(order.TryFind(order[order.Count - 1], out var last));
        Assert.Equal(order.Count - 1, last);
    }

    [Fact]
    public void IPv6_targets_have_places_too()
    {
        var order = Order(["2001:db8::/112", "192.0.2.1"], "443");

        Assert.True(order.TryFind(new ProbeTarget(Address.Parse("2001:db8::beef"), 443), out var place));

        Assert.Equal(Address.Parse("2001:db8::beef"), order[place].Address);
    }

    [Fact]
    public void A_plan_beyond_all_counting_is_refused() => Assert.Throws<ArgumentException>(() => Order(["2001:db8::/64"], "1-65535"));

    private static TargetOrder Order(string[] ranges, string ports) =>
        new(new AddressSet(ranges.Select(AddressRange.Parse)), PortSet.Parse(ports), seed: 42);

    private static List<ProbeTarget> All(TargetOrder order, ulong from = 0)
    {
        var targets = new List<ProbeTarget>();
        for (var index = from; index < order.Count; index++)
            targets.Add(order[index]);
        return targets;
    }

    /// <returns>The least of a few rounds: the runtime may put something of its own on this thread once, when it compiles the code again.</returns>
    private static long Allocated(Func<TargetOrder> make) => Enumerable.Range(0, 10).Min(_ =>
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        make();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    });
}
