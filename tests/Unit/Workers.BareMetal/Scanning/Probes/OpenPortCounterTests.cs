using TaskMesh.Core.Scope;
using TaskMesh.Workers.BareMetal.Scanning.Probes;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Probes;

public class OpenPortCounterTests
{
    private const int AllPorts = 65_535;

    private static readonly Address Host = Address.Parse("198.51.100.7");

    [Theory]
    [InlineData(1.0, 256, 256)]
    [InlineData(0.5, 180, 256)]
    [InlineData(0.01, 10, 30)]
    [InlineData(0.0001, 3, 10)]
    public void A_part_of_a_scan_holds_a_host_to_its_part_of_the_threshold(double share, int least, int most) =>
        Assert.InRange(OpenPortCounter.Limit(256, AllPorts, share), least, most);

    [Fact]
    public void Where_no_host_can_have_too_many_ports_none_has() => Assert.Equal(256, OpenPortCounter.Limit(256, 256, 0.001));

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(1000)]
    public void No_host_that_stays_below_the_threshold_is_found_out_in_any_part(int parts)
    {
        var random = new Random(parts);
        var limit = OpenPortCounter.Limit(256, AllPorts, 1.0 / parts);

        for (var scan = 0; scan < 2000; scan++)
            Assert.True(Enumerable.Range(0, 256).CountBy(_ => random.Next(parts)).Max(part => part.Value) <= limit);
    }

    [Fact]
    public void A_host_that_was_found_out_before_has_no_further_port()
    {
        var counter = new OpenPortCounter(2, AllPorts, [Host]);

        Assert.False(counter.Count(Host));
        Assert.Equal([true, true, false, false], Enumerable.Range(0, 4).Select(_ => counter.Count(Address.Parse("198.51.100.8"))));
        Assert.Equal([Address.Parse("198.51.100.8")], counter.Exceeded);
    }
}
