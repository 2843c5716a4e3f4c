using TaskMesh.Cli.Lab;

namespace TaskMesh.Unit.Cli.Lab;

public class SecondCounterTests
{
    [Fact]
    public void The_fullest_second_is_found_wherever_it_begins()
    {
        var counter = new SecondCounter();

        foreach (var tenths in new[] { 0, 8, 9, 10, 15, 17, 18, 30 })
            counter.Count(tenths * 100_000_000L);

        Assert.Equal(5, counter.Most);
    }
}
