using TaskMesh.Testing;
using TaskMesh.Workers.BareMetal.Scanning.Engine;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Engine;

public class NetworkPacerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(33.3)]
    [InlineData(1000)]
    [InlineData(50_000)]
    public void The_rate_to_a_network_holds_within_one_percent_over_a_minute(double rate)
    {
        var clock = new ManualClock();
        var pacer = new NetworkPacer(clock) { Rate = rate };

        var sent = 0;
        while (clock.Elapsed < TimeSpan.FromSeconds(60))
        {
            if (pacer.TryTake(network: 7, out var wait))
                sent++;
            else
                clock.Advance(wait + TimeSpan.FromTicks(1));
        }

        Assert.InRange(sent, (rate * 60 * 0.99) - 1, (rate * 60 * 1.01) + 1);
    }

    [Fact]
    public void After_a_pause_a_second_sees_no_more_than_a_tenth_above_the_rate()
    {
        var clock = new ManualClock();
        var pacer = new NetworkPacer(clock) { Rate = 1000 };
        clock.Advance(TimeSpan.FromMinutes(5));

        var sent = 0;
        for (var end = clock.Elapsed + TimeSpan.FromSeconds(1); clock.Elapsed < end; clock.Advance(TimeSpan.FromMilliseconds(1)))
        {
            while (pacer.TryTake(network: 7, out _))
                sent++;
        }

        Assert.InRange(sent, 1000, 1100);
    }

    [Fact]
    public void Each_network_has_its_own_rate()
    {
        var clock = new ManualClock();
        var pacer = new NetworkPacer(clock) { Rate = 10 };

        Assert.All(Enumerable.Range(0, 4096), network => Assert.True(pacer.TryTake(network, out _)));
        Assert.All(Enumerable.Range(0, 4096), network => Assert.False(pacer.TryTake(network, out _)));
    }

    [Fact]
    public void Networks_without_number_get_no_more_than_their_rate()
    {
        var clock = new ManualClock();
        var pacer = new NetworkPacer(clock) { Rate = 1 };

        var sent = Enumerable.Range(0, 1_000_000).Count(network => pacer.TryTake(network, out _));

        Assert.Equal(1 << 16, sent);
    }

    [Fact]
    public void Without_a_rate_nothing_waits()
    {
        var pacer = new NetworkPacer(new ManualClock());

        Assert.All(Enumerable.Range(0, 10_000), _ => Assert.True(pacer.TryTake(network: 7, out var _)));
    }
}
