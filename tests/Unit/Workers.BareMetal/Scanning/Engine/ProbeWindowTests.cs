using TaskMesh.Workers.BareMetal.Scanning.Engine;

namespace TaskMesh.Unit.Workers.BareMetal.Scanning.Engine;

public class ProbeWindowTests
{
    [Fact]
    public void A_probe_is_settled_once()
    {
        var window = new ProbeWindow(100);
        window.Open(first: 1000, end: 5000);

        Assert.True(window.Settle(1064));
        Assert.False(window.Settle(1064));

        Assert.True(window.IsSettled(64));
        Assert.False(window.IsSettled(0));
        Assert.Equal(1, window.SettledCount);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(999)]
    [InlineData(1100)]
    [InlineData(ulong.MaxValue)]
    public void What_lies_outside_is_not_settled(ulong index)
    {
        var window = new ProbeWindow(100);
        window.Open(first: 1000, end: 5000);

        Assert.False(window.Settle(index));
        Assert.Equal(0, window.SettledCount);
    }

    [Fact]
    public void Answers_after_the_end_come_too_late()
    {
        var window = new ProbeWindow(100);
        window.Open(first: 0, end: 70);
        window.Settle(3);

        Assert.Equal(69, window.Close());
        Assert.False(window.Settle(4));

        window.Open(first: 70, end: 80);
        Assert.False(window.IsSettled(3));
        Assert.False(window.Settle(4));
        Assert.Equal(10, window.Close());
    }
}
