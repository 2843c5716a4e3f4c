using TaskMesh.Testing;
using TaskMesh.Workers.BareMetal.Scanning.Engine;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Engine;

public class PacketPacerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(999)]
    [InlineData(20_000)]
    [InlineData(1_000_000)]
    public void The_rate_holds_within_one_percent_over_a_minute(int rate)
    {
        var clock = new ManualClock();
        var pacer = new PacketPacer(rate, clock);

        long sent = 0;
        while (clock.Elapsed < TimeSpan.FromSeconds(60))
        {
            if (pacer.TryTake(pacer.Batch, out var wait))
                sent += pacer.Batch;
            else
                clock.Advance(OverslepBy(wait));
        }

        Assert.InRange(sent, rate * 60 * 0.99 - 1, rate * 60 * 1.01 + 1);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(20_000)]
    [InlineData(1_000_000)]
    public void No_second_sees_more_than_a_tenth_above_the_rate(int rate)
    {
        var clock = new ManualClock();
        var pacer = new PacketPacer(rate, clock);
        clock.Advance(TimeSpan.FromSeconds(5));

        long sent = 0;
        for (var since = clock.Elapsed; clock.Elapsed < since + TimeSpan.FromSeconds(1); clock.Advance(TimeSpan.FromMilliseconds(1)))
        {
            while (pacer.TryTake(pacer.Batch, out _))
                sent += pacer.Batch;
        }

        Assert.InRange(sent, rate * 0.9, rate * 1.1);
    }

    [Fact]
    public void A_pause_is_not_caught_up()
    {
        var clock = new ManualClock();
        var pacer = new PacketPacer(1000, clock);
        clock.Advance(TimeSpan.FromMinutes(10));

        var burst = 0;
        while (pacer.TryTake(1, out _))
            burst++;

        Assert.Equal(20, burst);
    }

    [Fact]
    public void A_slow_rate_goes_packet_by_packet() => Assert.Equal(1, new PacketPacer(50, new ManualClock()).Batch);

    [Fact]
    public void The_wait_is_as_long_as_the_packets_take()
    {
        var pacer = new PacketPacer(10, new ManualClock());

        Assert.False(pacer.TryTake(1, out var wait));
        Assert.Equal(TimeSpan.FromMilliseconds(100), wait);
    }

    /// <summary>A thread sleeps whole milliseconds, and a little longer.</summary>
    private static TimeSpan OverslepBy(TimeSpan wait) => TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds) + 0.2);
}
